#include "augment.h"

#include "variants.h"

#include <string.h>

/* The same bits on every processor. */
#pragma clang fp contract(off)

static inline int64_t limited(int64_t value, int64_t high) { return value < 0 ? 0 : value > high ? high : value; }

static inline float clipped(float value, float low, float high) {
    const float above = value < low ? low : value;
    return above > high ? high : above;
}

/* MARK: Places */

/* The displacement along a row of the patch: between four rows of control points, one line of them. */
typedef struct {
    const float *rows[4];
    float weights[4];
    int64_t points;
    float inverse;
} displaced_row;

static displaced_row row_of_grid(const cb_warp *w, int axis, int64_t y, int64_t z) {
    const float inverse = 1.0f / w->spacing;
    const float fy = (float)y * inverse, fz = (float)z * inverse;
    const int64_t y0 = limited((int64_t)fy, w->grid.y - 2), z0 = limited((int64_t)fz, w->grid.z - 1);
    const int64_t z1 = limited(z0 + 1, w->grid.z - 1);
    const float ty = fy - (float)y0, tz = z1 > z0 ? fz - (float)z0 : 0.0f;
    const float *plane = w->displacement + axis * w->grid.x * w->grid.y * w->grid.z;
    displaced_row row = {
        .weights = {(1 - ty) * (1 - tz), ty * (1 - tz), (1 - ty) * tz, ty * tz}, .points = w->grid.x, .inverse = inverse};
    for (int i = 0; i < 4; ++i) {
        row.rows[i] = plane + ((i < 2 ? z0 : z1) * w->grid.y + y0 + i % 2) * w->grid.x;
    }
    return row;
}

static inline float point_of_row(const displaced_row *row, int64_t i) {
    return row->rows[0][i] * row->weights[0] + row->rows[1][i] * row->weights[1] + row->rows[2][i] * row->weights[2] +
        row->rows[3][i] * row->weights[3];
}

enum { CHUNK = 256 };

/* Places of `count` voxels of a row along one axis, from `first` on. */
CB_VARIANTS static void find_places(
    const cb_warp *w, int axis, int64_t first, int64_t count, int64_t y, int64_t z, float *out) {
    const float start = w->origin[axis] + (float)y * w->step_y[axis] + (float)z * w->step_z[axis];
    const float step = w->step_x[axis];
    for (int64_t i = 0; i < count; ++i) out[i] = start + (float)(first + i) * step;
    if (!w->displacement) return;
    const displaced_row row = row_of_grid(w, axis, y, z);
    for (int64_t i = 0; i < count; ++i) {
        const float place = (float)(first + i) * row.inverse;
        const int64_t point = limited((int64_t)place, row.points - 2);
        const float share = place - (float)point;
        out[i] += point_of_row(&row, point) * (1 - share) + point_of_row(&row, point + 1) * share;
    }
}

typedef struct {
    float x[CHUNK], y[CHUNK], z[CHUNK];
} places;

static void find_all_places(const cb_warp *w, int64_t first, int64_t count, int64_t y, int64_t z, places *out) {
    find_places(w, 0, first, count, y, z, out->x);
    find_places(w, 1, first, count, y, z, out->y);
    find_places(w, 2, first, count, y, z, out->z);
}

/* MARK: Warp */

CB_VARIANTS static void interpolate(const float *source, cb_size s, const places *p, int64_t count, float *out) {
    const float high_x = (float)(s.x - 1), high_y = (float)(s.y - 1), high_z = (float)(s.z - 1);
    const int32_t row = (int32_t)s.x, slice = (int32_t)(s.x * s.y);
    const int32_t last_x = (int32_t)s.x - 1, last_y = (int32_t)s.y - 1, last_z = (int32_t)s.z - 1;
    for (int64_t i = 0; i < count; ++i) {
        const float x = clipped(p->x[i], 0, high_x), y = clipped(p->y[i], 0, high_y), z = clipped(p->z[i], 0, high_z);
        const int32_t x0 = (int32_t)x, y0 = (int32_t)y, z0 = (int32_t)z;
        const int32_t dx = x0 < last_x ? 1 : 0, dy = y0 < last_y ? row : 0, dz = z0 < last_z ? slice : 0;
        const float tx = x - (float)x0, ty = y - (float)y0, tz = z - (float)z0;
        const int32_t at = z0 * slice + y0 * row + x0;
        const float v000 = source[at], v001 = source[at + dx], v010 = source[at + dy], v011 = source[at + dy + dx];
        const float v100 = source[at + dz], v101 = source[at + dz + dx], v110 = source[at + dz + dy];
        const float v111 = source[at + dz + dy + dx];
        const float v00 = v000 + (v001 - v000) * tx, v01 = v010 + (v011 - v010) * tx;
        const float v10 = v100 + (v101 - v100) * tx, v11 = v110 + (v111 - v110) * tx;
        const float v0 = v00 + (v01 - v00) * ty, v1 = v10 + (v11 - v10) * ty;
        out[i] = v0 + (v1 - v0) * tz;
    }
}

void cb_warp_values(const float *source, cb_size source_size, const cb_warp *warp, float *out, cb_size size) {
    places p;
    for (int64_t z = 0; z < size.z; ++z) {
        for (int64_t y = 0; y < size.y; ++y) {
            for (int64_t x = 0; x < size.x; x += CHUNK) {
                const int64_t count = size.x - x < CHUNK ? size.x - x : CHUNK;
                find_all_places(warp, x, count, y, z, &p);
                interpolate(source, source_size, &p, count, out + (z * size.y + y) * size.x + x);
            }
        }
    }
}

static inline int64_t nearest(float place) { return (int64_t)__builtin_floorf(place + 0.5f); }

void cb_warp_codes(
    const uint8_t *source, cb_size s, const cb_warp *warp, uint8_t *codes, uint8_t *inside, cb_size size) {
    places p;
    for (int64_t z = 0; z < size.z; ++z) {
        for (int64_t y = 0; y < size.y; ++y) {
            for (int64_t x = 0; x < size.x; x += CHUNK) {
                const int64_t count = size.x - x < CHUNK ? size.x - x : CHUNK;
                const int64_t target = (z * size.y + y) * size.x + x;
                find_all_places(warp, x, count, y, z, &p);
                for (int64_t i = 0; i < count; ++i) {
                    const int64_t sx = nearest(p.x[i]), sy = nearest(p.y[i]), sz = nearest(p.z[i]);
                    const int is_inside = sx >= 0 && sy >= 0 && sz >= 0 && sx < s.x && sy < s.y && sz < s.z;
                    codes[target + i] = is_inside ? source[(sz * s.y + sy) * s.x + sx] : 0;
                    inside[target + i] = is_inside ? 255 : 0;
                }
            }
        }
    }
}

CB_VARIANTS void cb_mask(uint8_t *bytes, const uint8_t *mask, int64_t count) {
    for (int64_t i = 0; i < count; ++i) bytes[i] &= mask[i];
}

/* MARK: Flips */

static void reverse_bytes(uint8_t *row, int64_t count) {
    for (int64_t i = 0, j = count - 1; i < j; ++i, --j) {
        const uint8_t kept = row[i];
        row[i] = row[j];
        row[j] = kept;
    }
}

static void reverse_words(uint32_t *row, int64_t count) {
    for (int64_t i = 0, j = count - 1; i < j; ++i, --j) {
        const uint32_t kept = row[i];
        row[i] = row[j];
        row[j] = kept;
    }
}

static void swap_bytes(uint8_t *a, uint8_t *b, int64_t count) {
    uint8_t kept[1024];
    for (int64_t i = 0; i < count; i += (int64_t)sizeof kept) {
        const size_t part = (size_t)(count - i < (int64_t)sizeof kept ? count - i : (int64_t)sizeof kept);
        memcpy(kept, a + i, part);
        memcpy(a + i, b + i, part);
        memcpy(b + i, kept, part);
    }
}

/* Reverses the order of `count` blocks. */
static void reverse_blocks(uint8_t *first, int64_t count, int64_t bytes) {
    for (int64_t i = 0, j = count - 1; i < j; ++i, --j) swap_bytes(first + i * bytes, first + j * bytes, bytes);
}

void cb_flip(void *voxels, int32_t width, cb_size size, int32_t axis) {
    uint8_t *bytes = voxels;
    const int64_t row = size.x * width, slice = size.y * row;
    if (axis == 2) {
        reverse_blocks(bytes, size.z, slice);
    } else if (axis == 1) {
        for (int64_t z = 0; z < size.z; ++z) reverse_blocks(bytes + z * slice, size.y, row);
    } else {
        for (int64_t i = 0; i < size.y * size.z; ++i) {
            if (width == 1) {
                reverse_bytes(bytes + i * row, size.x);
            } else {
                reverse_words((uint32_t *)(bytes + i * row), size.x);
            }
        }
    }
}

/* MARK: Values */

static inline uint64_t mixed(uint64_t x) {
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

CB_VARIANTS void cb_add_noise(float *values, int64_t count, float deviation, uint64_t seed, const float *quantiles) {
    int64_t i = 0;
    for (; i + 4 <= count; i += 4) {
        const uint64_t random = mixed(seed + (uint64_t)i * 0x9E3779B97F4A7C15u);
        for (int k = 0; k < 4; ++k) values[i + k] += deviation * quantiles[(random >> (16 * k)) & 0xFFFF];
    }
    const uint64_t random = mixed(seed + (uint64_t)i * 0x9E3779B97F4A7C15u);
    for (int k = 0; i < count; ++i, ++k) values[i] += deviation * quantiles[(random >> (16 * k)) & 0xFFFF];
}

/* A row of `count` values, with its border values `radius` times before and after it, in `padded`. */
CB_VARIANTS static void blur_row(float *row, int64_t count, const float *weights, int32_t radius, float *padded) {
    for (int32_t i = 0; i < radius; ++i) {
        padded[i] = row[0];
        padded[radius + count + i] = row[count - 1];
    }
    memcpy(padded + radius, row, (size_t)count * sizeof *row);
    for (int64_t i = 0; i < count; ++i) row[i] = padded[radius + i] * weights[0];
    for (int32_t k = 1; k <= radius; ++k) {
        for (int64_t i = 0; i < count; ++i) {
            row[i] += weights[k] * (padded[radius + i - k] + padded[radius + i + k]);
        }
    }
}

/* out[row] = weighted rows of source around it; `count` values each, `rows` of them. */
CB_VARIANTS static void blur_rows(
    const float *source, float *out, int64_t rows, int64_t count, const float *weights, int32_t radius) {
    for (int64_t r = 0; r < rows; ++r) {
        const float *centre = source + r * count;
        float *target = out + r * count;
        for (int64_t i = 0; i < count; ++i) target[i] = centre[i] * weights[0];
        for (int32_t k = 1; k <= radius; ++k) {
            const float *below = source + limited(r - k, rows - 1) * count;
            const float *above = source + limited(r + k, rows - 1) * count;
            for (int64_t i = 0; i < count; ++i) target[i] += weights[k] * (below[i] + above[i]);
        }
    }
}

void cb_blur(float *values, cb_size size, const float *weights, int32_t radius, float *scratch) {
    const int64_t slice = size.x * size.y;
    for (int64_t row = 0; row < size.y * size.z; ++row) {
        float padded[2048];
        blur_row(values + row * size.x, size.x, weights, radius, padded);
    }
    for (int64_t z = 0; z < size.z; ++z) {
        blur_rows(values + z * slice, scratch + z * slice, size.y, size.x, weights, radius);
    }
    if (size.z == 1) {
        memcpy(values, scratch, (size_t)slice * sizeof *values);
    } else {
        blur_rows(scratch, values, size.z, slice, weights, radius);
    }
}

/* The coarse points around a voxel of an axis of `count` voxels and `points` points, and the share of the second. */
typedef struct {
    int64_t low, high;
    float share;
} between;

static between coarse_place(int64_t voxel, int64_t count, int64_t points) {
    const float place = ((float)voxel + 0.5f) * (float)points / (float)count - 0.5f;
    const float inside = clipped(place, 0, (float)(points - 1));
    const int64_t low = (int64_t)inside;
    return (between){low, limited(low + 1, points - 1), inside - (float)low};
}

static int64_t nearest_voxel(int64_t point, int64_t count, int64_t points) { return (2 * point + 1) * count / (2 * points); }

void cb_lower_resolution(float *values, cb_size size, cb_size coarse, float *scratch) {
    for (int64_t z = 0; z < coarse.z; ++z) {
        for (int64_t y = 0; y < coarse.y; ++y) {
            const float *row = values +
                (nearest_voxel(z, size.z, coarse.z) * size.y + nearest_voxel(y, size.y, coarse.y)) * size.x;
            float *target = scratch + (z * coarse.y + y) * coarse.x;
            for (int64_t x = 0; x < coarse.x; ++x) target[x] = row[nearest_voxel(x, size.x, coarse.x)];
        }
    }
    float *line = scratch + coarse.x * coarse.y * coarse.z;
    for (int64_t z = 0; z < size.z; ++z) {
        const between bz = coarse_place(z, size.z, coarse.z);
        for (int64_t y = 0; y < size.y; ++y) {
            const between by = coarse_place(y, size.y, coarse.y);
            const float *a = scratch + (bz.low * coarse.y + by.low) * coarse.x;
            const float *b = scratch + (bz.low * coarse.y + by.high) * coarse.x;
            const float *c = scratch + (bz.high * coarse.y + by.low) * coarse.x;
            const float *d = scratch + (bz.high * coarse.y + by.high) * coarse.x;
            for (int64_t x = 0; x < coarse.x; ++x) {
                const float near = a[x] + (b[x] - a[x]) * by.share, far = c[x] + (d[x] - c[x]) * by.share;
                line[x] = near + (far - near) * bz.share;
            }
            float *row = values + (z * size.y + y) * size.x;
            for (int64_t x = 0; x < size.x; ++x) {
                const between bx = coarse_place(x, size.x, coarse.x);
                row[x] = line[bx.low] + (line[bx.high] - line[bx.low]) * bx.share;
            }
        }
    }
}

enum { SUMS = 16 };

CB_VARIANTS cb_statistics cb_measure(const float *values, int64_t count) {
    double sums[SUMS] = {0}, squares[SUMS] = {0};
    float low[SUMS], high[SUMS];
    for (int k = 0; k < SUMS; ++k) low[k] = high[k] = values[0];
    int64_t i = 0;
    for (; i + SUMS <= count; i += SUMS) {
        for (int k = 0; k < SUMS; ++k) {
            const float value = values[i + k];
            sums[k] += value;
            squares[k] += (double)value * value;
            low[k] = value < low[k] ? value : low[k];
            high[k] = value > high[k] ? value : high[k];
        }
    }
    for (; i < count; ++i) {
        sums[0] += values[i];
        squares[0] += (double)values[i] * values[i];
        low[0] = values[i] < low[0] ? values[i] : low[0];
        high[0] = values[i] > high[0] ? values[i] : high[0];
    }
    for (int k = 1; k < SUMS; ++k) {
        sums[0] += sums[k];
        squares[0] += squares[k];
        low[0] = low[k] < low[0] ? low[k] : low[0];
        high[0] = high[k] > high[0] ? high[k] : high[0];
    }
    const double mean = sums[0] / (double)count, variance = squares[0] / (double)count - mean * mean;
    return (cb_statistics){mean, variance > 0 ? __builtin_sqrt(variance) : 0, low[0], high[0]};
}

CB_VARIANTS void cb_scale(float *values, int64_t count, float factor, float offset, float low, float high) {
    for (int64_t i = 0; i < count; ++i) values[i] = clipped(values[i] * factor + offset, low, high);
}

static inline float from_bits(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Of a normal number above 0, to 2^-22: the mantissa around 1 by the series of artanh. */
static inline float log2_of(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    const uint32_t shifted = bits - 0x3F3504F3u; /* sqrt(1/2) */
    const float mantissa = from_bits((shifted & 0x007FFFFFu) + 0x3F3504F3u);
    const float exponent = (float)((int32_t)shifted >> 23);
    const float t = (mantissa - 1) / (mantissa + 1), q = t * t;
    const float series = 0.11111111f * q + 0.14285715f;
    return exponent + 2.8853900818f * (t + t * q * (0.33333334f + q * (0.2f + q * series)));
}

/* For -126 to 0. */
static inline float exp2_of(float x) {
    const float n = __builtin_rintf(x), r = (x - n) * 0.6931471806f;
    const float p = 1 + r * (1 + r * (0.5f + r * (0.16666667f + r * (0.041666668f + r * (0.0083333338f + r * 0.0013888889f)))));
    return p * from_bits((uint32_t)((int32_t)n + 127) << 23);
}

CB_VARIANTS void cb_power(float *values, int64_t count, float minimum, float range, float exponent) {
    const float inverse = 1 / range;
    for (int64_t i = 0; i < count; ++i) {
        const float share = clipped((values[i] - minimum) * inverse, 1e-9f, 1);
        const float power = clipped(exponent * log2_of(share), -126, 0);
        values[i] = exp2_of(power) * range + minimum;
    }
}

void cb_paste(const void *source, void *target, int32_t width, cb_size size, cb_size lower, cb_size upper) {
    for (int64_t z = lower.z; z < upper.z; ++z) {
        for (int64_t y = lower.y; y < upper.y; ++y) {
            const int64_t first = ((z * size.y + y) * size.x + lower.x) * width;
            memcpy((uint8_t *)target + first, (const uint8_t *)source + first, (size_t)((upper.x - lower.x) * width));
        }
    }
}
