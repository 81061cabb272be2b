#pragma once

#include <stdbool.h>
#include <stdint.h>

/* libtorch behind opaque handles. Every function that can fail returns CT_OK, or another status and then fills `error`.
   A tensor that comes back through `out` belongs to the caller, who frees it once with ct_tensor_free.
   Shapes are outermost axis first, as libtorch has them. Grad mode and autocast are states of the calling thread. */

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ct_tensor ct_tensor;
/* A place in the order of a device's work. */
typedef struct ct_mark ct_mark;

/* CT_NO_MEMORY: an allocator had no memory for the operation, so that a smaller one may succeed. */
typedef enum { CT_OK = 0, CT_FAILED = 1, CT_NO_MEMORY = 2 } ct_status;

typedef struct {
    char message[1024];
} ct_error;

typedef enum { CT_FLOAT32 = 0, CT_UINT8 = 1, CT_BFLOAT16 = 2, CT_OTHER = 3, CT_FLOAT64 = 4 } ct_dtype;

/* A device is this, or the number of a CUDA device, from 0. */
enum { CT_HOST = -1 };

/* Library */

const char *ct_version(void);
/* The instruction set that libtorch's kernels use, "unknown" where libtorch does not report it. */
const char *ct_processor(void);
/* Keeps freed memory for the next step and stops OpenBLAS's own worker threads; call it before the first thread starts. */
void ct_prepare_process(void);
int32_t ct_threads(void);
ct_status ct_set_threads(int32_t threads, ct_error *error);
/* Whether the processor has bfloat16 instructions. */
bool ct_has_bfloat16(void);
/* Calls `body` once for each of `count` tasks, on libtorch's threads. */
ct_status ct_parallel(int64_t count, void (*body)(int64_t task, void *context), void *context, ct_error *error);
/* Returns the state before. */
bool ct_set_grad_enabled(bool enabled);
/* Autocast to bfloat16 on a device; switching it off drops the cached casts. */
ct_status ct_set_autocast(bool enabled, int32_t device, ct_error *error);

/* Devices */

/* The number of CUDA devices that this libtorch can use. */
int32_t ct_cuda_devices(void);
int32_t ct_tensor_device(const ct_tensor *tensor);
/* A copy in memory of the host that a device can read by itself. */
ct_status ct_tensor_pin(const ct_tensor *tensor, ct_tensor **out, ct_error *error);
/* The same tensor where it is there already. From pinned memory to a device the copy is only begun: a mark made after it tells when the
   memory may be written again. */
ct_status ct_move(const ct_tensor *tensor, int32_t device, ct_tensor **out, ct_error *error);
/* After all work that the calling thread gave to the CUDA device. */
ct_status ct_mark_make(int32_t device, ct_mark **out, ct_error *error);
ct_status ct_mark_wait(const ct_mark *mark, ct_error *error);
void ct_mark_free(ct_mark *mark);

/* Making and reading */

void ct_tensor_free(ct_tensor *tensor);
ct_status ct_tensor_from_floats(const float *values, int64_t count, const int64_t *shape, int32_t rank, ct_tensor **out, ct_error *error);
ct_status ct_tensor_from_doubles(const double *values, int64_t count, ct_tensor **out, ct_error *error);
/* Zeros. */
ct_status ct_tensor_bytes(const int64_t *shape, int32_t rank, ct_tensor **out, ct_error *error);
ct_status ct_tensor_full(double value, const int64_t *shape, int32_t rank, ct_tensor **out, ct_error *error);
int32_t ct_tensor_rank(const ct_tensor *tensor);
int64_t ct_tensor_size(const ct_tensor *tensor, int32_t axis);
int64_t ct_tensor_count(const ct_tensor *tensor);
ct_dtype ct_tensor_dtype(const ct_tensor *tensor);
/* The memory of a contiguous tensor of the type, valid while the handle lives. */
ct_status ct_tensor_memory(const ct_tensor *tensor, ct_dtype dtype, void **out, ct_error *error);
/* Copies `count` values, which must be the tensor's count, converted to float32. */
ct_status ct_tensor_read(const ct_tensor *tensor, float *values, int64_t count, ct_error *error);
/* The same in double precision. */
ct_status ct_tensor_read_doubles(const ct_tensor *tensor, double *values, int64_t count, ct_error *error);
/* The value of a tensor of one element. */
ct_status ct_tensor_scalar(const ct_tensor *tensor, double *out, ct_error *error);

/* Autograd */

ct_status ct_tensor_set_requires_grad(ct_tensor *tensor, bool required, ct_error *error);
ct_status ct_tensor_backward(const ct_tensor *tensor, ct_error *error);
/* From the gradients by each value of several tensors, in one pass. */
ct_status ct_backward_from(ct_tensor *const *tensors, ct_tensor *const *gradients, int32_t count, ct_error *error);
/* *out is NULL where no gradient arrived. */
ct_status ct_tensor_grad(const ct_tensor *tensor, ct_tensor **out, ct_error *error);
void ct_tensor_clear_grad(ct_tensor *tensor);

/* Arithmetic, with broadcasting */

ct_status ct_add(const ct_tensor *a, const ct_tensor *b, ct_tensor **out, ct_error *error);
ct_status ct_subtract(const ct_tensor *a, const ct_tensor *b, ct_tensor **out, ct_error *error);
ct_status ct_multiply(const ct_tensor *a, const ct_tensor *b, ct_tensor **out, ct_error *error);
ct_status ct_divide(const ct_tensor *a, const ct_tensor *b, ct_tensor **out, ct_error *error);
ct_status ct_sigmoid(const ct_tensor *a, ct_tensor **out, ct_error *error);
ct_status ct_sum(const ct_tensor *a, const int64_t *axes, int32_t axis_count, ct_tensor **out, ct_error *error);
ct_status ct_sum_all(const ct_tensor *a, ct_tensor **out, ct_error *error);
/* Summed in double precision. */
ct_status ct_sum_double(const ct_tensor *a, const int64_t *axes, int32_t axis_count, ct_tensor **out, ct_error *error);
ct_status ct_scale(const ct_tensor *a, double factor, ct_tensor **out, ct_error *error);
ct_status ct_shift(const ct_tensor *a, double offset, ct_tensor **out, ct_error *error);
ct_status ct_log_sigmoid(const ct_tensor *a, ct_tensor **out, ct_error *error);
ct_status ct_log(const ct_tensor *a, ct_tensor **out, ct_error *error);
/* e^a - 1 */
ct_status ct_expm1(const ct_tensor *a, ct_tensor **out, ct_error *error);
ct_status ct_clamp(const ct_tensor *a, double low, double high, ct_tensor **out, ct_error *error);
/* a & mask, of bytes. */
ct_status ct_bits(const ct_tensor *a, uint8_t mask, ct_tensor **out, ct_error *error);
/* 1 where it holds and else 0, in float32. */
ct_status ct_equals(const ct_tensor *a, uint8_t value, ct_tensor **out, ct_error *error);
ct_status ct_reaches(const ct_tensor *a, double value, ct_tensor **out, ct_error *error);
/* The same values, outside autograd. */
ct_status ct_detach(const ct_tensor *a, ct_tensor **out, ct_error *error);
/* In place, outside autograd. */
ct_status ct_add_(ct_tensor *a, const ct_tensor *b, ct_error *error);
/* Contiguous. */
ct_status ct_to(const ct_tensor *a, ct_dtype dtype, ct_tensor **out, ct_error *error);
/* destination = source, in place, broadcast. */
ct_status ct_copy(ct_tensor *destination, const ct_tensor *source, ct_error *error);

/* Shape */

ct_status ct_cat(const ct_tensor *const *tensors, int32_t count, int32_t axis, ct_tensor **out, ct_error *error);
ct_status ct_contiguous(const ct_tensor *a, ct_tensor **out, ct_error *error);
/* Along a new first axis. */
ct_status ct_stack(const ct_tensor *const *tensors, int32_t count, ct_tensor **out, ct_error *error);
/* A view of each `step`th element of an axis from `begin` to below `end`. */
ct_status ct_slice(const ct_tensor *a, int32_t axis, int64_t begin, int64_t end, int64_t step, ct_tensor **out, ct_error *error);

/* Network */

/* Two or three spatial axes, from the weight's rank; `bias` may be NULL. */
ct_status ct_conv(const ct_tensor *a, const ct_tensor *weight, const ct_tensor *bias, int64_t stride, int64_t padding, ct_tensor **out, ct_error *error);
ct_status ct_conv_transpose(const ct_tensor *a, const ct_tensor *weight, const ct_tensor *bias, int64_t stride, ct_tensor **out, ct_error *error);
ct_status ct_instance_norm(const ct_tensor *a, const ct_tensor *weight, const ct_tensor *bias, double epsilon, ct_tensor **out, ct_error *error);
/* In place. */
ct_status ct_leaky_relu_(ct_tensor *a, double slope, ct_error *error);
/* Element by element; `positive_weight` may be NULL. */
ct_status ct_bce_with_logits(const ct_tensor *logits, const ct_tensor *target, const ct_tensor *weight, const ct_tensor *positive_weight, ct_tensor **out, ct_error *error);

/* Gradients of several parameters together, outside autograd; those without one do not count. */

/* The Euclidean norm of all of them, without waiting for it. */
ct_status ct_gradient_norm(ct_tensor *const *parameters, int32_t count, ct_tensor **out, ct_error *error);
/* In place, by a tensor of one element on their device. */
ct_status ct_scale_gradients(ct_tensor *const *parameters, int32_t count, const ct_tensor *factor, ct_error *error);

/* Optimisers: one step over parameters that have a gradient, in place, outside autograd */

typedef struct {
    double learning_rate, beta1, beta2, epsilon;
} ct_adam;

ct_status ct_adam_step(ct_tensor *const *parameters, ct_tensor *const *means, ct_tensor *const *squares, int32_t count, int64_t step, const ct_adam *options, ct_error *error);
ct_status ct_sgd_step(ct_tensor *const *parameters, ct_tensor *const *momenta, int32_t count, double learning_rate, double momentum, ct_error *error);

/* averages += share * (parameters - averages), in place, outside autograd. */
ct_status ct_average(ct_tensor *const *averages, ct_tensor *const *parameters, int32_t count, double share, ct_error *error);

/* Processes that train together, through c10d and Gloo. All of them make the same calls in the same order, or these fail after the
   timeout; where one of them ends, the calls of the others fail at once. */

typedef struct ct_group ct_group;

typedef struct {
    int32_t rank, size;
    /* Of the store through which the processes find each other, which `serves_store` starts here. */
    const char *host;
    int32_t port;
    bool serves_store;
    /* Before the keys in the store. */
    const char *prefix;
    /* By which this process is reached: the name of an interface, or an address; both NULL: what the name of this host resolves to. */
    const char *interface, *address;
    /* In seconds, of each call and of waiting for the others to join. */
    double timeout;
} ct_membership;

ct_status ct_group_join(const ct_membership *membership, ct_group **out, ct_error *error);
void ct_group_free(ct_group *group);
/* In place, the same bits in every process. */
ct_status ct_group_sum(ct_group *group, ct_tensor *tensor, ct_error *error);
/* From process 0, in place. */
ct_status ct_group_broadcast(ct_group *group, ct_tensor *tensor, ct_error *error);
/* In place, in one message; a parameter without a gradient counts as 0 and gets one. */
ct_status ct_group_sum_gradients(ct_group *group, ct_tensor *const *parameters, int32_t count, ct_error *error);

#ifdef __cplusplus
}
#endif
