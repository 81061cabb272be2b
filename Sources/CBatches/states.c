#include "states.h"

#include "variants.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

CB_VARIANTS void cb_hash_states(
    const uint8_t *planes, int64_t stride, int32_t channels, int64_t count, uint64_t multiplier, uint64_t *hashes) {
    memset(hashes, 0, (size_t)count * sizeof *hashes);
    for (int32_t channel = 0; channel < channels; ++channel) {
        const uint8_t *plane = planes + channel * stride;
        for (int64_t i = 0; i < count; ++i) hashes[i] = hashes[i] * multiplier + plane[i];
    }
}

CB_VARIANTS void cb_normalise(const int16_t *codes, int64_t count, const cb_intensity_line *line, float *out) {
#pragma clang fp contract(off) /* the same bits on every processor */
    const cb_intensity_line l = *line;
    for (int64_t i = 0; i < count; ++i) {
        const float value = (float)codes[i] * l.scale + l.offset;
        const float above = value < l.low ? l.low : value, clipped = above > l.high ? l.high : above;
        out[i] = clipped * l.factor + l.shift;
    }
}

enum { BLOCK = 32, TABLE = 256 };

static inline int is_uniform(const uint8_t *codes) {
    uint8_t difference = 0;
    for (int i = 1; i < BLOCK; ++i) difference |= codes[i] ^ codes[0];
    return difference == 0;
}

/* Most of a volume has one state over long rows. */
CB_VARIANTS static void expand_row(
    const uint8_t *codes, int64_t count, const uint8_t *tables, int32_t channels, uint8_t *out, int64_t out_channel) {
    int64_t i = 0;
    for (; i + BLOCK <= count; i += BLOCK) {
        const int uniform = is_uniform(codes + i);
        for (int32_t channel = 0; channel < channels; ++channel) {
            const uint8_t *table = tables + channel * TABLE;
            uint8_t *target = out + channel * out_channel + i;
            if (uniform) {
                memset(target, table[codes[i]], BLOCK);
            } else {
                for (int k = 0; k < BLOCK; ++k) target[k] = table[codes[i + k]];
            }
        }
    }
    for (int32_t channel = 0; channel < channels; ++channel) {
        for (int64_t k = i; k < count; ++k) out[channel * out_channel + k] = tables[channel * TABLE + codes[k]];
    }
}

static void expand_portably(
    const uint8_t *codes, const cb_box *box, const uint8_t *tables, int32_t channels, uint8_t *out) {
    for (int64_t z = 0; z < box->z; ++z) {
        for (int64_t y = 0; y < box->y; ++y) {
            expand_row(
                codes + z * box->slice + y * box->row, box->x, tables, channels,
                out + z * box->out_slice + y * box->out_row, box->out_channel);
        }
    }
}

#if defined(__x86_64__)
#define VBMI __attribute__((target("avx512f,avx512bw,avx512vbmi")))

/* A table in registers, of which the first `used` entries are looked up. */
typedef struct {
    __m512i part[4];
} byte_table;

VBMI static inline byte_table load_table(const uint8_t *table) {
    byte_table result;
    for (int i = 0; i < 4; ++i) result.part[i] = _mm512_loadu_si512(table + 64 * i);
    return result;
}

VBMI static inline __m512i look_up(__m512i codes, const byte_table *table, int32_t used) {
    if (used <= 64) return _mm512_permutexvar_epi8(codes, table->part[0]);
    const __m512i low = _mm512_permutex2var_epi8(table->part[0], codes, table->part[1]);
    if (used <= 128) return low;
    const __m512i high = _mm512_permutex2var_epi8(table->part[2], codes, table->part[3]);
    return _mm512_mask_blend_epi8(_mm512_movepi8_mask(codes), low, high);
}

VBMI static void expand_in_registers(
    const uint8_t *codes, const cb_box *box, const uint8_t *tables, int32_t channels, int32_t used, uint8_t *out) {
    for (int64_t z = 0; z < box->z; ++z) {
        for (int32_t channel = 0; channel < channels; ++channel) {
            const byte_table table = load_table(tables + channel * TABLE);
            for (int64_t y = 0; y < box->y; ++y) {
                const uint8_t *source = codes + z * box->slice + y * box->row;
                uint8_t *target = out + channel * box->out_channel + z * box->out_slice + y * box->out_row;
                for (int64_t x = 0; x < box->x; x += 64) {
                    const int64_t rest = box->x - x;
                    const __mmask64 mask = rest < 64 ? ((__mmask64)1 << rest) - 1 : ~(__mmask64)0;
                    const __m512i found = look_up(_mm512_maskz_loadu_epi8(mask, source + x), &table, used);
                    _mm512_mask_storeu_epi8(target + x, mask, found);
                }
            }
        }
    }
}

#define AVX2 __attribute__((target("avx2")))

/* The entries of a table for 32 codes, 16 entries at a time: an index beyond them has its highest bit set, for which the result is 0. */
AVX2 static inline __m256i look_up_in_parts(__m256i codes, const __m256i *parts, int32_t count) {
    __m256i found = _mm256_shuffle_epi8(parts[0], _mm256_adds_epu8(codes, _mm256_set1_epi8(0x70)));
    for (int32_t i = 1; i < count; ++i) {
        const __m256i shifted = _mm256_sub_epi8(codes, _mm256_set1_epi8((char)(16 * i)));
        found = _mm256_or_si256(found, _mm256_shuffle_epi8(parts[i], _mm256_adds_epu8(shifted, _mm256_set1_epi8(0x70))));
    }
    return found;
}

AVX2 static void expand_by_shuffles(
    const uint8_t *codes, const cb_box *box, const uint8_t *tables, int32_t channels, int32_t used, uint8_t *out) {
    const int32_t count = (used + 15) / 16;
    for (int64_t z = 0; z < box->z; ++z) {
        for (int32_t channel = 0; channel < channels; ++channel) {
            const uint8_t *table = tables + channel * TABLE;
            __m256i parts[TABLE / 16];
            for (int32_t i = 0; i < count; ++i)
                parts[i] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(table + 16 * i)));
            for (int64_t y = 0; y < box->y; ++y) {
                const uint8_t *source = codes + z * box->slice + y * box->row;
                uint8_t *target = out + channel * box->out_channel + z * box->out_slice + y * box->out_row;
                int64_t x = 0;
                for (; x + 32 <= box->x; x += 32) {
                    const __m256i own = _mm256_loadu_si256((const __m256i *)(source + x));
                    _mm256_storeu_si256((__m256i *)(target + x), look_up_in_parts(own, parts, count));
                }
                for (; x < box->x; ++x) target[x] = table[source[x]];
            }
        }
    }
}
#endif

void cb_expand_states_up_to(
    int32_t newest, const uint8_t *codes, const cb_box *box, const uint8_t *tables, int32_t channels, int32_t used,
    uint8_t *out) {
#if defined(__x86_64__)
    if (newest >= CB_AVX512_VBMI && __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512bw")) {
        expand_in_registers(codes, box, tables, channels, used, out);
        return;
    }
    if (newest >= CB_AVX2 && used > 0 && __builtin_cpu_supports("avx2")) {
        expand_by_shuffles(codes, box, tables, channels, used, out);
        return;
    }
#endif
    (void)newest;
    (void)used;
    expand_portably(codes, box, tables, channels, out);
}

void cb_expand_states(
    const uint8_t *codes, const cb_box *box, const uint8_t *tables, int32_t channels, int32_t used, uint8_t *out) {
    cb_expand_states_up_to(CB_AVX512_VBMI, codes, box, tables, channels, used, out);
}
