#include "loss.h"

#include "variants.h"

#include <string.h>

/* Bytes of VoxelKnowledge. */
enum { UNKNOWN = 0, POSITIVE = 2, TRUTH = 3, PSEUDO = 4 };

/* Float sums of as many voxels keep six digits; they are added up in double. */
enum { BLOCK = 1024 };

/* e^-a for a >= 0, to 2 units in the last place; beyond 87 as at 87. */
static inline float exp_of_negative(float a) {
    const float x = a > 87.0f ? -87.0f : -a;
    const float n = __builtin_rintf(x * 1.44269504f);
    const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
    float y = 1.9875691500e-4f;
    y = y * r + 1.3981999507e-3f;
    y = y * r + 8.3334519073e-3f;
    y = y * r + 4.1665795894e-2f;
    y = y * r + 1.6666665459e-1f;
    y = y * r + 5.0000001201e-1f;
    y = y * r * r + r + 1.0f;
    const int32_t bits = ((int32_t)n + 127) << 23;
    float power;
    memcpy(&power, &bits, sizeof power);
    return y * power;
}

/* log(1 + z) for 0 <= z <= 1, by the series of the inverse hyperbolic tangent of z / (2 + z), which is at most 1/3. */
static inline float log_of_successor(float z) {
    const float u = z / (2.0f + z), s = u * u;
    float y = 1.0f / 15.0f;
    y = y * s + 1.0f / 13.0f;
    y = y * s + 1.0f / 11.0f;
    y = y * s + 1.0f / 9.0f;
    y = y * s + 1.0f / 7.0f;
    y = y * s + 1.0f / 5.0f;
    y = y * s + 1.0f / 3.0f;
    y = y * s + 1.0f;
    return 2.0f * u * y;
}

static inline float weight_of(uint8_t state, float pseudo_weight) {
    return state == UNKNOWN ? 0.0f : state >= PSEUDO ? pseudo_weight : 1.0f;
}

CB_VARIANTS static void measure_block(
    const float *restrict logits, const uint8_t *restrict states, int count, float positive_weight, float pseudo_weight,
    float *restrict probabilities, ck_loss_sums *restrict sums) {
#pragma clang fp reassociate(on) contract(fast)
    float cross_entropy = 0, overlap = 0, predicted = 0;
    int32_t known = 0, positive = 0, pseudo = 0, pseudo_positive = 0;
    for (int i = 0; i < count; ++i) {
        const float x = logits[i];
        const uint8_t state = states[i];
        const int is_positive = (state & TRUTH) == POSITIVE, is_pseudo = state >= PSEUDO;
        const float weight = weight_of(state, pseudo_weight), y = is_positive ? 1.0f : 0.0f;
        const float z = exp_of_negative(__builtin_fabsf(x)), inverse = 1.0f / (1.0f + z);
        const float p = x >= 0 ? inverse : z * inverse;
        const float towards_truth = is_positive ? x : -x;
        const float excess = (towards_truth < 0 ? -towards_truth : 0.0f) + log_of_successor(z);
        const float term = is_positive ? positive_weight * excess : excess;
        probabilities[i] = p;
        cross_entropy += weight > 0 ? weight * term : 0.0f;
        predicted += weight * p;
        overlap += weight * p * y;
        known += state != UNKNOWN && !is_pseudo;
        positive += is_positive && !is_pseudo;
        pseudo += is_pseudo;
        pseudo_positive += is_positive && is_pseudo;
    }
    sums->cross_entropy += cross_entropy;
    sums->overlap += overlap;
    sums->predicted += predicted;
    sums->known += known;
    sums->positive += positive;
    sums->pseudo += pseudo;
    sums->pseudo_positive += pseudo_positive;
}

void ck_measure_loss(
    const float *logits, const uint8_t *states, int64_t count, float positive_weight, float pseudo_weight,
    float *probabilities, ck_loss_sums *sums) {
    for (int64_t i = 0; i < count; i += BLOCK) {
        const int rest = count - i < BLOCK ? (int)(count - i) : BLOCK;
        measure_block(logits + i, states + i, rest, positive_weight, pseudo_weight, probabilities + i, sums);
    }
}

CB_VARIANTS static void derive(
    float *restrict probabilities, const uint8_t *restrict states, int64_t count, float positive_weight,
    float pseudo_weight, float cross_entropy_factor, float overlap_factor, float predicted_factor) {
    for (int64_t i = 0; i < count; ++i) {
        const uint8_t state = states[i];
        const int is_positive = (state & TRUTH) == POSITIVE;
        const float weight = weight_of(state, pseudo_weight), p = probabilities[i];
        const float by_entropy = is_positive ? positive_weight * (p - 1.0f) : p;
        const float by_dice = p * (1.0f - p) * ((is_positive ? overlap_factor : 0.0f) + predicted_factor);
        probabilities[i] = weight > 0 ? weight * (cross_entropy_factor * by_entropy + by_dice) : 0.0f;
    }
}

void ck_derive_loss(
    float *probabilities, const uint8_t *states, int64_t count, float positive_weight, float pseudo_weight,
    float cross_entropy_factor, float overlap_factor, float predicted_factor) {
    derive(
        probabilities, states, count, positive_weight, pseudo_weight, cross_entropy_factor, overlap_factor,
        predicted_factor);
}
