/*
 * Draws batches of one volume of a training cache through liblacuna_batches, and prints what is in each.
 *
 *     cc -I FOLDER draw_batches.c -L FOLDER -llacuna_batches -o draw_batches
 *     LD_LIBRARY_PATH=FOLDER ./draw_batches case.volume case.labels liver spleen
 *
 * FOLDER has the library and lacuna_batches.h, as the installed Python package does. The organs are those of the labels, in their order.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lacuna_batches.h"

enum { ROWS = 2, X = 8, Y = 6, Z = 4, VOXELS = ROWS * X * Y * Z, BATCHES = 3 };

static char message[1024];

/* Ends the program where a function failed. */
static void check(int32_t status)
{
    if (status == LACUNA_BATCHES_OK)
        return;
    fprintf(stderr, "%s\n", message);
    exit(status);
}

static lacuna_open_batches *opened(const char *image, const char *labels, const char *const *organs, int64_t count)
{
    static const char *const settings[][2] = {
        {"dimensions", "3"}, {"contextSlices", "1"}, {"patch", "[8, 6, 4]"}, {"batch", "2"}, {"intensityJitter", "0"}};
    static const double normalisation[] = {-160, 240, 40, 100, -160};
    lacuna_batch_plan *plan;
    lacuna_open_batches *batches;

    check(lacuna_batches_plan(organs, count, &plan, message, sizeof message));
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        check(lacuna_batches_set(plan, settings[i][0], settings[i][1], message, sizeof message));
    check(lacuna_batches_volume(plan, 1, image, labels, normalisation, message, sizeof message));
    check(lacuna_batches_open(plan, 0, 1, &batches, message, sizeof message));
    lacuna_batches_plan_free(plan);
    return batches;
}

int main(int count, char **words)
{
    static float image[VOXELS];
    static int64_t origins[ROWS * 5];

    if (count < 4 || lacuna_batches_version() != LACUNA_BATCHES_VERSION) {
        fprintf(stderr, "usage: draw_batches IMAGE LABELS ORGAN ..., with the library of this version\n");
        return 64;
    }
    const int64_t organs = count - 3;
    uint8_t *states = calloc((size_t)(VOXELS * organs), 1);
    if (!states)
        return 71;
    lacuna_open_batches *batches = opened(words[1], words[2], (const char *const *)words + 3, organs);
    for (int64_t step = 0; step < BATCHES; step++) {
        check(lacuna_batches_fill(batches, 7, 0, step, image, VOXELS, states, VOXELS * organs, NULL, 0, origins, ROWS * 5,
                                  message, sizeof message));
        double sum = 0;
        int64_t known = 0;
        for (int i = 0; i < VOXELS; i++)
            sum += image[i];
        for (int64_t i = 0; i < VOXELS * organs; i++)
            known += states[i] != 0;
        printf("%" PRId64 " %.6f %" PRId64 " %" PRId64 "\n", step, sum / VOXELS, known, origins[4]);
    }
    lacuna_batches_free(batches);
    free(states);
    return 0;
}
