#pragma once

#include <stdint.h>

/* Loops over raw memory that are built for several instruction sets, of which the processor's best is chosen when the program starts.
   Each call works on one thread; results depend on the instruction set, not on how work is divided between threads. */

#ifdef __cplusplus
extern "C" {
#endif

/* Sums over the voxels of one organ. States are bytes of `VoxelKnowledge`; a voxel weighs 1 where its state is known by an annotation,
   `pseudo_weight` where by a pseudo label alone, 0 where it is unknown. p = sigmoid(logit). */
typedef struct {
    double cross_entropy; /* sum of weight * cross-entropy, positives also weighted by `positive_weight` */
    double overlap;       /* sum of weight * p over positives */
    double predicted;     /* sum of weight * p */
    int64_t known, positive;               /* voxels known by annotations, and those of them that are positive */
    int64_t pseudo, pseudo_positive;       /* the same of pseudo labels */
} ck_loss_sums;

/* Adds the voxels to `sums` and writes p of each to `probabilities`. */
void ck_measure_loss(
    const float *logits, const uint8_t *states, int64_t count, float positive_weight, float pseudo_weight,
    float *probabilities, ck_loss_sums *sums);

/* Replaces each p by the derivative of the loss by the logit:
   weight * (cross_entropy_factor * (p - y, times positive_weight where y = 1) + p (1 - p) (overlap_factor * y + predicted_factor)),
   which is exactly 0 where the state is unknown. */
void ck_derive_loss(
    float *probabilities, const uint8_t *states, int64_t count, float positive_weight, float pseudo_weight,
    float cross_entropy_factor, float overlap_factor, float predicted_factor);

#ifdef __cplusplus
}
#endif
