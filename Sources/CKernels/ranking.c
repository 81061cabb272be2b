#include "ranking.h"

#include "variants.h"

#include <string.h>

typedef int16_t lanes __attribute__((ext_vector_type(CK_WORD)));
typedef _Bool lane_bits __attribute__((ext_vector_type(CK_WORD)));

#define INLINE static inline __attribute__((always_inline))

/* Vectors are passed in memory: how they are passed in registers depends on the instruction set. */
INLINE uint64_t above(const int16_t *scores, int16_t limit) {
    lanes values;
    memcpy(&values, scores, sizeof values);
    const lane_bits found = __builtin_convertvector(values > limit, lane_bits);
    uint64_t word;
    memcpy(&word, &found, sizeof word);
    return word;
}

INLINE uint64_t exceeding(const int16_t *scores, const int16_t *others) {
    lanes values, limits;
    memcpy(&values, scores, sizeof values);
    memcpy(&limits, others, sizeof limits);
    const lane_bits found = __builtin_convertvector(values > limits, lane_bits);
    uint64_t word;
    memcpy(&word, &found, sizeof word);
    return word;
}

INLINE int64_t words_of(int64_t count) { return (count + CK_WORD - 1) / CK_WORD; }

/* The voxels of a word that the slice has. */
INLINE uint64_t valid_in(int64_t word, int64_t count) {
    const int64_t rest = count - word * CK_WORD;
    return rest >= CK_WORD ? ~0ull : (1ull << rest) - 1;
}

/* The scores of a word; those of a word that the slice ends in are copied to `end`, filled up with 1. */
INLINE const int16_t *scores_of(const int16_t *scores, int64_t word, int64_t count, int16_t *end) {
    const int64_t rest = count - word * CK_WORD;
    if (rest >= CK_WORD) return scores + word * CK_WORD;
    for (int i = 0; i < CK_WORD; ++i) end[i] = i < rest ? scores[word * CK_WORD + i] : 1;
    return end;
}

CB_VARIANTS int64_t ck_sort_scores(
    const int16_t *scores, int64_t count, const uint64_t *open, uint64_t *positives, uint64_t *negatives) {
    int64_t found = 0;
    int16_t end[CK_WORD];
    for (int64_t word = 0; word < words_of(count); ++word) {
        const uint64_t taken = open ? open[word] : valid_in(word, count);
        const uint64_t positive = above(scores_of(scores, word, count, end), 0);
        positives[word] = positive & taken;
        if (negatives) negatives[word] = taken & ~positive;
        if (positive & taken) found += __builtin_popcountll(positive & taken);
    }
    return found;
}

CB_VARIANTS int64_t ck_clear_lost(
    const int16_t *scores, const int16_t *rival, int64_t count, const uint64_t *open, int32_t wins_ties,
    uint64_t *positives) {
    int64_t left = 0;
    int16_t end[CK_WORD], rival_end[CK_WORD];
    for (int64_t word = 0; word < words_of(count); ++word) {
        if (!positives[word]) continue;
        const int16_t *own = scores_of(scores, word, count, end), *other = scores_of(rival, word, count, rival_end);
        uint64_t lost = wins_ties ? ~exceeding(own, other) : exceeding(other, own);
        if (open) lost &= open[word];
        positives[word] &= ~lost;
        left += __builtin_popcountll(positives[word]);
    }
    return left;
}

void ck_gather_scores(const int16_t *scores, int64_t count, const uint64_t *plane, int16_t *out) {
    for (int64_t word = 0; word < words_of(count); ++word) {
        const int16_t *source = scores + word * CK_WORD;
        if (plane[word] == ~0ull) {
            memcpy(out, source, CK_WORD * sizeof *out);
            out += CK_WORD;
            continue;
        }
        for (uint64_t bits = plane[word]; bits; bits &= bits - 1) *out++ = source[__builtin_ctzll(bits)];
    }
}

CB_VARIANTS int64_t ck_gather_negatives(
    const int16_t *scores, int64_t count, const uint64_t *plane, const uint64_t *open, int32_t first, int32_t *places,
    int16_t *out) {
    int64_t found = 0;
    int16_t end[CK_WORD];
    for (int64_t word = 0; word < words_of(count); ++word) {
        if (!plane[word]) continue;
        const int16_t *source = scores_of(scores, word, count, end);
        uint64_t bits = plane[word] & ~above(source, 0);
        if (open) bits &= open[word];
        for (; bits; bits &= bits - 1) {
            const int place = __builtin_ctzll(bits);
            places[found] = first + (int32_t)(word * CK_WORD) + place;
            out[found++] = source[place];
        }
    }
    return found;
}

CB_VARIANTS int64_t ck_keep_blocks(
    const int16_t *scores, int64_t count, const uint64_t *negatives, int16_t least, int32_t first, int16_t *kept,
    ck_block *blocks) {
    int64_t found = 0;
    int16_t end[CK_WORD];
    for (int64_t word = 0; word < words_of(count); ++word) {
        const uint64_t negative = negatives[word];
        const int16_t *source = scores_of(scores, word, count, end);
        if (!negative || (least > INT16_MIN && !(above(source, least - 1) & negative))) continue;
        int16_t *target = kept + found * CK_WORD;
        if (negative == ~0ull) {
            memcpy(target, source, CK_WORD * sizeof *target);
        } else {
            for (int i = 0; i < CK_WORD; ++i) target[i] = negative >> i & 1 ? source[i] : 1;
        }
        const int32_t number = first + (int32_t)word;
        blocks[found++] = (ck_block){number, target[number * 29 % CK_WORD], (int16_t)__builtin_popcountll(negative)};
    }
    return found;
}

CB_VARIANTS int64_t ck_drop_blocks(int16_t *kept, ck_block *blocks, int64_t count, int16_t least) {
    int64_t left = 0;
    for (int64_t block = 0; block < count; ++block) {
        const int16_t *source = kept + block * CK_WORD;
        if (!(above(source, least - 1) & ~above(source, 0))) continue;
        if (left < block) {
            memcpy(kept + left * CK_WORD, source, CK_WORD * sizeof *kept);
            blocks[left] = blocks[block];
        }
        ++left;
    }
    return left;
}

CB_VARIANTS int64_t ck_count_negatives(
    const int16_t *kept, int64_t count, int16_t low, int16_t high, int64_t *counts) {
    int64_t found = 0;
    for (int64_t block = 0; block < count; ++block) {
        const int16_t *scores = kept + block * CK_WORD;
        const uint64_t negatives = above(scores, low) & ~above(scores, 0);
        found += __builtin_popcountll(negatives);
        if (high == low || !negatives) continue;
        for (uint64_t bits = negatives & ~above(scores, high); bits; bits &= bits - 1) {
            ++counts[scores[__builtin_ctzll(bits)] - low - 1];
        }
    }
    return found;
}

/* Neighbours often have equal scores; each goes to a table of its own, so that a count need not wait for the one before. */
void ck_count_scores(const int16_t *scores, int64_t count, uint32_t *counts) {
    uint32_t *others = counts + CK_SCORES;
    int64_t i = 0;
    for (; i + 2 <= count; i += 2) {
        ++counts[scores[i] - INT16_MIN];
        ++others[scores[i + 1] - INT16_MIN];
    }
    if (i < count) ++counts[scores[i] - INT16_MIN];
    for (int value = 0; value < CK_SCORES; ++value) counts[value] += others[value];
}

CB_VARIANTS void ck_cut_blocks(
    const int16_t *kept, int64_t count, int16_t score, uint64_t *above_score, uint64_t *equal) {
    for (int64_t block = 0; block < count; ++block) {
        const int16_t *scores = kept + block * CK_WORD;
        const uint64_t higher = above(scores, score);
        const uint64_t from = score > INT16_MIN ? above(scores, score - 1) : ~0ull;
        above_score[block] = higher & ~above(scores, 0);
        equal[block] = from & ~higher;
    }
}
