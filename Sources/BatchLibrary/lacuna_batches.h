/*
 * liblacuna_batches: the sampler of lacunad for other languages. It draws batches of the volumes of a training cache (docs/cache-format.md), equal
 * bit for bit to those that lacunad trains on.
 *
 * Describe the batches (a plan), open them, and fill as many as you want:
 *
 *     lacuna_batches_plan, lacuna_batches_set, lacuna_batches_composite, lacuna_batches_volume
 *     lacuna_batches_open, lacuna_batches_plan_free
 *     lacuna_batches_fill, again and again, on any number of threads
 *     lacuna_batches_free
 *
 * Functions that return int32_t return a LACUNA_BATCHES_ status. Where it is not OK, nothing was changed, except that a batch may be filled in part,
 * and the message is the problem and what to do about it, on a line each: UTF-8 that ends with a zero byte, cut off where capacity is too small.
 * Message may be null.
 *
 * Texts are UTF-8 that ends with a zero byte. Counts are numbers of elements, not of bytes; a count that is not the expected one is refused before
 * any element is touched. Pointers must not be null unless it is said here. What is given is copied, and may be freed after the call. The library
 * starts no threads and writes to no file.
 */
#ifndef LACUNA_BATCHES_H
#define LACUNA_BATCHES_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this header. A program that loads the library compares it with lacuna_batches_version(). */
#define LACUNA_BATCHES_VERSION 2

enum {
    LACUNA_BATCHES_OK = 0,
    LACUNA_BATCHES_ARGUMENT = 1,        /* an argument or a setting is wrong */
    LACUNA_BATCHES_FILE = 2,            /* a file is missing, damaged, of another version, or does not fit */
    LACUNA_BATCHES_NOTHING_TO_LEARN = 3 /* nothing is known in any volume */
};

/* What batches are to be drawn of. For one thread at a time. */
typedef struct lacuna_batch_plan lacuna_batch_plan;

/* Batches of mapped files. For any number of threads. */
typedef struct lacuna_open_batches lacuna_open_batches;

int64_t lacuna_batches_version(void);

/* A new plan, to be freed. Organs: their keys, each once, in the order of the channels of the labels; 1 to 65536. */
int32_t lacuna_batches_plan(const char *const *organs, int64_t count, lacuna_batch_plan **plan, char *message,
                            int64_t capacity);

/* Frees a plan; null is allowed. Batches that were opened of it stay. */
void lacuna_batches_plan_free(lacuna_batch_plan *plan);

/*
 * Sets a value of the section learning of a configuration that concerns batches, written as there: "0.5", "true", "nnUNet", "[128, 128, 128]".
 * Keys that are not set have the configuration's defaults (lacunad run --defaults): dimensions is 2.
 */
int32_t lacuna_batches_set(lacuna_batch_plan *plan, const char *key, const char *value, char *message, int64_t capacity);

/* Adds a composite label, whose channel follows those of the organs and of earlier ones. Parts: indices of its organs, each once. */
int32_t lacuna_batches_composite(lacuna_batch_plan *plan, const int64_t *parts, int64_t count, char *message,
                                 int64_t capacity);

/*
 * Adds a volume: its number, which messages name; the paths of its .volume and .labels files; and five numbers that make its values the input of a
 * network: low and high, to which they are clipped, the mean that is subtracted, the deviation by which is divided, and the value outside the
 * volume before it is normalised. The files are opened by lacuna_batches_open.
 */
int32_t lacuna_batches_volume(lacuna_batch_plan *plan, int64_t number, const char *image, const char *labels,
                              const double *normalisation, char *message, int64_t capacity);

/*
 * Maps the files of a plan. Their lengths, headers, grids and organs are checked; their checksums are not, as lacunad compares them when it gives
 * files to a program. The files must stay as they are until the batches are freed; they may be removed.
 *
 * rank, ranks: which of several processes this is, from 0; the rows of all are those of one batch that is as many times larger. One process: 0, 1.
 * batches: the result, to be freed after the last call that uses it.
 */
int32_t lacuna_batches_open(lacuna_batch_plan *plan, int64_t rank, int64_t ranks, lacuna_open_batches **batches,
                            char *message, int64_t capacity);

/* Frees batches and unmaps their files; null is allowed. */
void lacuna_batches_free(lacuna_open_batches *batches);

/*
 * Fills the batch of a number, a function of seed, round, step, rank and the plan alone. Round and step count from 0. Arrays are in C order without
 * gaps; for 2 dimensions they have no axis z.
 *
 *     image      [rows, 1, z, y, x], or [rows, contextSlices, y, x] for 2 dimensions; normalised
 *     states     [rows, organs, z, y, x]: 0 unknown, 1 negative, 2 positive; plus 4 where only a pseudo label says so
 *     composite  [rows, composite labels, z, y, x]: 1 where a composite label is set and it is open which of its parts is there; null where the plan
 *                has none
 *     origins    [rows, 5]: index of the volume, index of the organ that the row was drawn for or -1, lower corner of the patch along x, y, z; may be
 *                null
 */
int32_t lacuna_batches_fill(lacuna_open_batches *batches, uint64_t seed, int64_t round, int64_t step, float *image,
                            int64_t image_count, uint8_t *states, int64_t state_count, uint8_t *composite,
                            int64_t composite_count, int64_t *origins, int64_t origin_count, char *message,
                            int64_t capacity);

#ifdef __cplusplus
}
#endif

#endif
