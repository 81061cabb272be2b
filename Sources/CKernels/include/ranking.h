#pragma once

#include <stdint.h>

/* Sorting of predicted voxels by their scores of 16 bits, slice by slice. A plane has a bit for each voxel of a slice, bit `i & 63` of word
   `i >> 6`; bits after the last voxel are zero. Equal input gives equal bits on every processor. Each call works on one thread. */

#ifdef __cplusplus
extern "C" {
#endif

/* Voxels of a word, and scores of a block. */
enum { CK_WORD = 64 };

/* Writes the planes of a slice's open voxels with a score above 0 and of those without; returns the number of the former.
   `open`: NULL: all voxels; `negatives`: NULL: not wanted. */
int64_t ck_sort_scores(
    const int16_t *scores, int64_t count, const uint64_t *open, uint64_t *positives, uint64_t *negatives);

/* Clears the positives that a rival has by a higher score, with `wins_ties` also by an equal one; returns how many are left.
   `open`: the rival's; NULL: all voxels. */
int64_t ck_clear_lost(
    const int16_t *scores, const int16_t *rival, int64_t count, const uint64_t *open, int32_t wins_ties,
    uint64_t *positives);

/* Copies the scores of the voxels of a plane. */
void ck_gather_scores(const int16_t *scores, int64_t count, const uint64_t *plane, int16_t *out);

/* The open voxels of a plane with a score of 0 or less: their places, counted from `first`, and their scores; returns their number. */
int64_t ck_gather_negatives(
    const int16_t *scores, int64_t count, const uint64_t *plane, const uint64_t *open, int32_t first, int32_t *places,
    int16_t *out);

/* A word of voxels whose scores are kept: CK_WORD of them, those of voxels that are not negatives are 1. */
typedef struct {
    int32_t word;      /* of the volume, whose slices begin with a word each */
    int16_t sample;    /* one of its scores */
    int16_t negatives; /* their number */
} ck_block;

/* Keeps the words of a slice with a negative of at least `least`: appends their scores and their blocks; returns their number.
   `first`: the slice's first word in the volume. */
int64_t ck_keep_blocks(
    const int16_t *scores, int64_t count, const uint64_t *negatives, int16_t least, int32_t first, int16_t *kept,
    ck_block *blocks);

/* Moves the blocks with a negative of at least `least` to the front; returns their number. */
int64_t ck_drop_blocks(int16_t *kept, ck_block *blocks, int64_t count, int16_t least);

/* The number of negatives above `low`; adds those up to `high` to counts[high - low], by their score. */
int64_t ck_count_negatives(const int16_t *kept, int64_t count, int16_t low, int16_t high, int64_t *counts);

/* Scores of 16 bits that differ. */
enum { CK_SCORES = 1 << 16 };

/* The number of scores of each value in counts[CK_SCORES], of which the first is that of the lowest score. `counts` has as many elements once more to
   work with, and is zero at first. */
void ck_count_scores(const int16_t *scores, int64_t count, uint32_t *counts);

/* Of each block: the negatives above a score of 0 or less, and those of that score. */
void ck_cut_blocks(const int16_t *kept, int64_t count, int16_t score, uint64_t *above, uint64_t *equal);

#ifdef __cplusplus
}
#endif
