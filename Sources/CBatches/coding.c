#include "coding.h"

#include "variants.h"

#include <string.h>

#define INLINE static inline __attribute__((always_inline))

enum { WORD = 64 };

typedef uint8_t bytes __attribute__((ext_vector_type(WORD)));
typedef _Bool byte_bits __attribute__((ext_vector_type(WORD)));

INLINE void mark_bits(const uint64_t *plane, int64_t words, uint64_t *changes) {
    changes[0] |= plane[0] ^ (plane[0] << 1);
    for (int64_t i = 1; i < words; ++i) changes[i] |= plane[i] ^ (plane[i] << 1 | plane[i - 1] >> 63);
}

/* The bytes of a word that differ from the byte before. */
INLINE uint64_t changed(const uint8_t *codes) {
    bytes own, before;
    memcpy(&own, codes, sizeof own);
    memcpy(&before, codes - 1, sizeof before);
    const byte_bits found = __builtin_convertvector(own != before, byte_bits);
    uint64_t word;
    memcpy(&word, &found, sizeof word);
    return word;
}

/* A word's bytes that can not be read at once, or have no byte before them. */
INLINE uint64_t changed_singly(const uint8_t *codes, int64_t from, int64_t to) {
    uint64_t word = 0;
    for (int64_t i = from; i < to; ++i) word |= (uint64_t)(codes[i] != codes[i - 1]) << i;
    return word;
}

INLINE void mark_bytes(const uint8_t *codes, int64_t count, uint64_t *changes) {
    changes[0] |= changed_singly(codes, 1, count < WORD ? count : WORD);
    int64_t i = WORD;
    for (; i + WORD <= count; i += WORD) changes[i / WORD] |= changed(codes + i);
    if (i < count) changes[i / WORD] |= changed_singly(codes + i, 0, count - i);
}

/* The keys of all voxels of a word: [width][64]. */
INLINE void gather_word(
    const cb_evidence *evidence, int64_t word, int64_t voxels, int32_t width, uint64_t *keys) {
    memset(keys, 0, (size_t)width * WORD * sizeof *keys);
    for (int32_t c = 0; c < evidence->code_count; ++c) {
        const uint8_t *codes = evidence->codes[c] + word * WORD;
        uint64_t *own = keys + c / 8 * WORD;
        const int32_t shift = c % 8 * 8;
        for (int64_t i = 0; i < voxels; ++i) own[i] |= (uint64_t)codes[i] << shift;
    }
    for (int32_t p = 0; p < evidence->plane_count; ++p) {
        const uint64_t bits = evidence->planes[p][word];
        if (!bits) continue;
        const int32_t place = 8 * evidence->code_count + p, shift = place % WORD;
        uint64_t *own = keys + place / WORD * WORD;
        for (uint64_t i = 0; i < WORD; ++i) own[i] |= (bits >> i & 1) << shift;
    }
}

INLINE void gather_voxel(const cb_evidence *evidence, int64_t voxel, int32_t width, uint64_t *key) {
    memset(key, 0, (size_t)width * sizeof *key);
    for (int32_t c = 0; c < evidence->code_count; ++c) {
        key[c / 8] |= (uint64_t)evidence->codes[c][voxel] << (c % 8 * 8);
    }
    for (int32_t p = 0; p < evidence->plane_count; ++p) {
        const int32_t place = 8 * evidence->code_count + p;
        key[place / WORD] |= (evidence->planes[p][voxel / WORD] >> (voxel % WORD) & 1) << (place % WORD);
    }
}

INLINE int64_t slot_of(const cb_combinations *known, const uint64_t *key) {
    uint64_t hash = 0;
    for (int32_t i = 0; i < known->width; ++i) {
        hash = (hash ^ key[i]) * 0x9E3779B97F4A7C15ull;
        hash ^= hash >> 32;
    }
    return (int64_t)(hash & (uint64_t)(known->slot_count - 1));
}

INLINE int is_equal(const uint64_t *one, const uint64_t *other, int32_t width) {
    uint64_t difference = 0;
    for (int32_t i = 0; i < width; ++i) difference |= one[i] ^ other[i];
    return difference == 0;
}

INLINE int32_t number_of(cb_combinations *known, const uint64_t *key) {
    int64_t slot = slot_of(known, key);
    for (; known->slots[slot]; slot = (slot + 1) & (known->slot_count - 1)) {
        const int32_t number = known->slots[slot] - 1;
        if (is_equal(known->keys + (int64_t)number * known->width, key, known->width)) return number;
    }
    memcpy(known->keys + (int64_t)known->count * known->width, key, (size_t)known->width * sizeof *key);
    known->slots[slot] = ++known->count;
    return known->count - 1;
}

/* From so many runs in a word on, all of its keys are gathered at once. */
enum { MANY = 8 };

CB_VARIANTS int64_t cb_find_runs(
    const cb_evidence *evidence, int64_t first, int64_t count, cb_combinations *known, cb_run *runs) {
    uint64_t changes[CB_CHUNK / WORD] = {0};
    const int64_t words = (count + WORD - 1) / WORD;
    for (int32_t p = 0; p < evidence->plane_count; ++p) mark_bits(evidence->planes[p] + first / WORD, words, changes);
    for (int32_t c = 0; c < evidence->code_count; ++c) mark_bytes(evidence->codes[c] + first, count, changes);
    changes[0] |= 1;
    const int32_t width = known->width;
    uint64_t *keys = known->scratch, *key = keys + (int64_t)width * WORD;
    int64_t found = 0;
    for (int64_t word = 0; word < words; ++word) {
        const int64_t start = word * WORD, voxels = count - start < WORD ? count - start : WORD;
        const uint64_t change = changes[word] & (voxels < WORD ? (1ull << voxels) - 1 : ~0ull);
        if (!change) continue;
        const int is_gathered = __builtin_popcountll(change) >= MANY;
        if (is_gathered) gather_word(evidence, first / WORD + word, voxels, width, keys);
        for (uint64_t rest = change; rest; rest &= rest - 1) {
            const int place = __builtin_ctzll(rest);
            if (is_gathered) {
                for (int32_t i = 0; i < width; ++i) key[i] = keys[i * WORD + place];
            } else {
                gather_voxel(evidence, first + start + place, width, key);
            }
            runs[found++] = (cb_run){(int32_t)start + place, number_of(known, key)};
        }
    }
    return found;
}

void cb_index_combinations(cb_combinations *known) {
    for (int32_t number = 0; number < known->count; ++number) {
        int64_t slot = slot_of(known, known->keys + (int64_t)number * known->width);
        while (known->slots[slot]) slot = (slot + 1) & (known->slot_count - 1);
        known->slots[slot] = number + 1;
    }
}

/* Shorter runs are written byte by byte. */
enum { SHORT = 16 };

void cb_paint_runs(const cb_run *runs, int64_t run_count, int64_t count, const uint8_t *code_of, uint8_t *codes) {
    for (int64_t run = 0; run < run_count; ++run) {
        const int64_t first = runs[run].first, end = run + 1 < run_count ? runs[run + 1].first : count;
        const uint8_t code = code_of[runs[run].combination];
        if (end - first < SHORT) {
            for (int64_t i = first; i < end; ++i) codes[i] = code;
        } else {
            memset(codes + first, code, (size_t)(end - first));
        }
    }
}
