#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A hash of the states of all channels at each voxel: equal states have equal hashes; different ones rarely do.
   `planes`: [channel][voxel], `stride` bytes from channel to channel. */
void cb_hash_states(
    const uint8_t *planes, int64_t stride, int32_t channels, int64_t count, uint64_t multiplier, uint64_t *hashes);

/* Where a box of voxels is in memory, in elements: x is contiguous. */
typedef struct {
    int64_t x, y, z;            /* its size */
    int64_t row, slice;         /* steps from row to row and from slice to slice in the source */
    int64_t out_row, out_slice; /* the same in the output */
    int64_t out_channel;        /* the step from channel to channel in the output */
} cb_box;

/* Looks the code of each voxel up for each channel. `tables`: [channel][256], of which the first `used` entries, 1 to 256, are codes.
   Codes are below `used`. */
void cb_expand_states(
    const uint8_t *codes, const cb_box *box, const uint8_t *tables, int32_t channels, int32_t used, uint8_t *out);

/* The instructions that look codes up. */
enum { CB_PORTABLE, CB_AVX2, CB_AVX512_VBMI };

/* The same with the instructions of the processor up to `newest`. */
void cb_expand_states_up_to(
    int32_t newest, const uint8_t *codes, const cb_box *box, const uint8_t *tables, int32_t channels, int32_t used,
    uint8_t *out);

/* Codes of 16 bits to the input of a network: clip to `low` and `high` what `scale` and `offset` make of a code, then times `factor` plus
   `shift`. */
typedef struct {
    float scale, offset, low, high, factor, shift;
} cb_intensity_line;

void cb_normalise(const int16_t *codes, int64_t count, const cb_intensity_line *line, float *out);

#ifdef __cplusplus
}
#endif
