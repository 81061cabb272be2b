#pragma once

#include <stdint.h>

/* Runs of voxels with one combination of labels. A plane has a bit for each voxel of a volume, bit `i & 63` of word `i >> 6`; bits after
   the last voxel are zero. Equal input gives equal output on every processor. Each call works on one thread. */

#ifdef __cplusplus
extern "C" {
#endif

/* The most voxels of one call. */
enum { CB_CHUNK = 1 << 16 };

/* What tells voxels of a volume apart: bits, and bytes of labels that are coded already. */
typedef struct {
    const uint64_t *const *planes;
    const uint8_t *const *codes;
    int32_t plane_count, code_count;
} cb_evidence;

/* The combinations of bytes and bits that were found, numbered in the order of their first voxels. */
typedef struct {
    uint64_t *keys;     /* [capacity][width]: the bytes, then the bits, from the lowest bit of the first word on */
    int32_t *slots;     /* the number of a combination plus 1, or 0, where its hash or a free slot after that leads */
    uint64_t *scratch;  /* 65 * width */
    int64_t slot_count; /* a power of two, above the capacity */
    int32_t width, count;
} cb_combinations;

/* Voxels from `first` of a call on, until the next run begins. */
typedef struct {
    int32_t first, combination;
} cb_run;

/* Divides `count` voxels from `first`, a multiple of 64, on into runs; returns their number. New combinations are appended; there is room
   for `count` more. `runs`: `count`. */
int64_t cb_find_runs(
    const cb_evidence *evidence, int64_t first, int64_t count, cb_combinations *known, cb_run *runs);

/* Enters all combinations into slots that are 0. */
void cb_index_combinations(cb_combinations *known);

/* Writes the code of each run's combination to its voxels, `count` in all. */
void cb_paint_runs(const cb_run *runs, int64_t run_count, int64_t count, const uint8_t *code_of, uint8_t *codes);

#ifdef __cplusplus
}
#endif
