#pragma once

#include <stdint.h>

/* Augmentation of patches [z, y, x] in memory, x contiguous. Equal input gives equal bits on every processor. */

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    int64_t x, y, z;
} cb_size;

/* From a voxel (x, y, z) of a patch to the place from which its value is taken, in voxels of the source:
   origin + x * step_x + y * step_y + z * step_z, plus a displacement where `displacement` is not NULL: [3][z, y, x] of a grid of control
   points, of which the first is at the patch's first voxel and each next one `spacing` voxels further, interpolated linearly. Each vector is along
   x, y, z. Such a grid has at least two points along x and along y; a source has fewer than 2^31 voxels. */
typedef struct {
    float origin[3], step_x[3], step_y[3], step_z[3];
    const float *displacement;
    cb_size grid;
    float spacing;
} cb_warp;

/* Linear interpolation; places outside the source are moved to its border. */
void cb_warp_values(const float *source, cb_size source_size, const cb_warp *warp, float *out, cb_size size);

/* The nearest voxel's code, and whether there is one: `inside` is 255, or 0 outside the source, where the code is 0. */
void cb_warp_codes(
    const uint8_t *source, cb_size source_size, const cb_warp *warp, uint8_t *codes, uint8_t *inside, cb_size size);

/* bytes &= mask */
void cb_mask(uint8_t *bytes, const uint8_t *mask, int64_t count);

/* Reverses the order of the voxels along an axis: 0 x, 1 y, 2 z. `width`: bytes of a voxel, 1 or 4. */
void cb_flip(void *voxels, int32_t width, cb_size size, int32_t axis);

/* Adds deviation * quantiles[a random number of 16 bits]; the numbers follow from `seed` and the voxel. */
void cb_add_noise(float *values, int64_t count, float deviation, uint64_t seed, const float *quantiles);

/* Convolves along each axis with weights[|distance|], 0 to `radius`, as if the border went on outside. `scratch`: as large as `values`.
   size.x + 2 * radius is at most 2048. */
void cb_blur(float *values, cb_size size, const float *weights, int32_t radius, float *scratch);

/* Replaces the values by those of a coarse grid: the nearest voxel of each of its points, then linear interpolation.
   `scratch`: coarse.x * coarse.y * coarse.z + coarse.x values. */
void cb_lower_resolution(float *values, cb_size size, cb_size coarse, float *scratch);

typedef struct {
    double mean, deviation;
    float minimum, maximum;
} cb_statistics;

cb_statistics cb_measure(const float *values, int64_t count);

/* value * factor + offset, then clipped. */
void cb_scale(float *values, int64_t count, float factor, float offset, float low, float high);

/* ((value - minimum) / range) ^ exponent * range + minimum for values from `minimum` to `minimum` + `range`, range > 0, exponent > 0. */
void cb_power(float *values, int64_t count, float minimum, float range, float exponent);

/* Copies a box of voxels of `width` bytes, 1 or 4, between two patches of one size. */
void cb_paste(const void *source, void *target, int32_t width, cb_size size, cb_size lower, cb_size upper);

#ifdef __cplusplus
}
#endif
