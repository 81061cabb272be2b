#include "ctorch.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/autocast_mode.h>
#include <c10/core/GradMode.h>
#include <torch/version.h>

#include <cmath>
#include <cstring>
#include <malloc.h>
#include <new>
#include <string>

// Debian's libtorch multiplies matrices through OpenBLAS, whose own workers yield in a loop between products.
extern "C" void openblas_set_num_threads(int threads) __attribute__((weak));

struct ct_tensor {
    at::Tensor value;
};

namespace {

void describe(ct_error *error, const char *message) {
    std::strncpy(error->message, message, sizeof error->message - 1);
    error->message[sizeof error->message - 1] = 0;
}

// libtorch's allocator for the processor throws a plain c10::Error, which only its text distinguishes.
bool is_of_allocator(const char *message) { return std::strstr(message, "DefaultCPUAllocator: ") != nullptr; }

template <typename Body>
ct_status guarded(ct_error *error, Body body) {
    try {
        body();
        return CT_OK;
    } catch (const c10::OutOfMemoryError &failure) {
        describe(error, failure.what_without_backtrace());
        return CT_NO_MEMORY;
    } catch (const c10::Error &failure) {
        describe(error, failure.what_without_backtrace());
        if (is_of_allocator(error->message)) return CT_NO_MEMORY;
    } catch (const std::bad_alloc &failure) {
        describe(error, failure.what());
        return CT_NO_MEMORY;
    } catch (const std::exception &failure) {
        describe(error, failure.what());
    } catch (...) {
        describe(error, "an exception of unknown type");
    }
    return CT_FAILED;
}

template <typename Body>
ct_status produce(ct_tensor **out, ct_error *error, Body body) {
    return guarded(error, [&] { *out = new ct_tensor{body()}; });
}

at::IntArrayRef list(const int64_t *values, int32_t count) {
    return at::IntArrayRef(values, static_cast<size_t>(count));
}

at::Tensor copied(const void *values, int64_t count, const int64_t *shape, int32_t rank, at::ScalarType type) {
    at::Tensor result = at::empty(list(shape, rank), at::TensorOptions().dtype(type));
    TORCH_CHECK(result.numel() == count, "the shape holds ", result.numel(), " values, the buffer ", count);
    std::memcpy(result.data_ptr(), values, static_cast<size_t>(result.numel()) * result.element_size());
    return result;
}

c10::optional<at::Tensor> maybe(const ct_tensor *tensor) {
    return tensor ? c10::optional<at::Tensor>(tensor->value) : c10::nullopt;
}

void adam(at::Tensor &parameter, at::Tensor &mean, at::Tensor &square, int64_t step, const ct_adam &o) {
    const at::Tensor &gradient = parameter.grad();
    const double correction1 = 1 - std::pow(o.beta1, static_cast<double>(step));
    const double correction2 = 1 - std::pow(o.beta2, static_cast<double>(step));
    mean.mul_(o.beta1).add_(gradient, 1 - o.beta1);
    square.mul_(o.beta2).addcmul_(gradient, gradient, 1 - o.beta2);
    at::Tensor denominator = square.sqrt().div_(std::sqrt(correction2)).add_(o.epsilon);
    parameter.addcdiv_(mean, denominator, -o.learning_rate / correction1);
}

}  // namespace

// MARK: - Library

const char *ct_version(void) { return TORCH_VERSION; }

const char *ct_processor(void) {
    static const std::string name = [] {
        const std::string config = at::show_config(), key = "CPU capability usage: ";
        const size_t begin = config.find(key);
        if (begin == std::string::npos) return std::string("unknown");
        return config.substr(begin + key.size(), config.find('\n', begin) - begin - key.size());
    }();
    return name.c_str();
}

int32_t ct_threads(void) { return at::get_num_threads(); }

ct_status ct_set_threads(int32_t threads, ct_error *error) {
    return guarded(error, [&] { at::set_num_threads(threads); });
}

ct_status ct_parallel(int64_t count, void (*body)(int64_t task, void *context), void *context, ct_error *error) {
    return guarded(error, [&] {
        at::parallel_for(0, count, 1, [&](int64_t begin, int64_t end) {
            for (int64_t task = begin; task < end; ++task) body(task, context);
        });
    });
}

void ct_prepare_process(void) {
    if (openblas_set_num_threads) openblas_set_num_threads(1);
    mallopt(M_ARENA_MAX, 1);
    // Larger blocks, such as a volume's voxels, are returned to the system at once: in the heap, each left a hole.
    mallopt(M_MMAP_THRESHOLD, 1 << 27);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
}

bool ct_has_bfloat16(void) {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx512bf16");
#else
    return false;
#endif
}

bool ct_set_grad_enabled(bool enabled) {
    const bool before = c10::GradMode::is_enabled();
    c10::GradMode::set_enabled(enabled);
    return before;
}

ct_status ct_set_autocast(bool enabled, ct_error *error) {
    return guarded(error, [&] {
#if TORCH_VERSION_MAJOR >= 2
        at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
        at::autocast::set_autocast_enabled(at::kCPU, enabled);
#else
        at::autocast::set_autocast_cpu_dtype(at::kBFloat16);
        at::autocast::set_cpu_enabled(enabled);
#endif
        if (!enabled) at::autocast::clear_cache();
    });
}

// MARK: - Making and reading

void ct_tensor_free(ct_tensor *tensor) { delete tensor; }

ct_status ct_tensor_from_floats(const float *values, int64_t count, const int64_t *shape, int32_t rank, ct_tensor **out, ct_error *error) {
    return produce(out, error, [&] { return copied(values, count, shape, rank, at::kFloat); });
}

ct_status ct_tensor_bytes(const int64_t *shape, int32_t rank, ct_tensor **out, ct_error *error) {
    return produce(out, error, [&] { return at::zeros(list(shape, rank), at::TensorOptions().dtype(at::kByte)); });
}

ct_status ct_tensor_full(double value, const int64_t *shape, int32_t rank, ct_tensor **out, ct_error *error) {
    return produce(out, error, [&] { return at::full(list(shape, rank), value, at::TensorOptions().dtype(at::kFloat)); });
}

int32_t ct_tensor_rank(const ct_tensor *tensor) { return static_cast<int32_t>(tensor->value.dim()); }
int64_t ct_tensor_size(const ct_tensor *tensor, int32_t axis) { return tensor->value.sizes()[static_cast<size_t>(axis)]; }
int64_t ct_tensor_count(const ct_tensor *tensor) { return tensor->value.numel(); }

ct_dtype ct_tensor_dtype(const ct_tensor *tensor) {
    switch (tensor->value.scalar_type()) {
    case at::kFloat: return CT_FLOAT32;
    case at::kByte: return CT_UINT8;
    case at::kBFloat16: return CT_BFLOAT16;
    default: return CT_OTHER;
    }
}

ct_status ct_tensor_memory(const ct_tensor *tensor, ct_dtype dtype, void **out, ct_error *error) {
    return guarded(error, [&] {
        TORCH_CHECK(tensor->value.is_contiguous() && ct_tensor_dtype(tensor) == dtype, "not a contiguous tensor of the type");
        *out = tensor->value.data_ptr();
    });
}

ct_status ct_tensor_read(const ct_tensor *tensor, float *values, int64_t count, ct_error *error) {
    return guarded(error, [&] {
        const at::Tensor flat = tensor->value.detach().to(at::kFloat).contiguous();
        TORCH_CHECK(flat.numel() == count, "the tensor holds ", flat.numel(), " values, the buffer ", count);
        std::memcpy(values, flat.data_ptr<float>(), static_cast<size_t>(count) * sizeof(float));
    });
}

// MARK: - Autograd

ct_status ct_tensor_set_requires_grad(ct_tensor *tensor, bool required, ct_error *error) {
    return guarded(error, [&] { tensor->value.set_requires_grad(required); });
}

ct_status ct_tensor_backward(const ct_tensor *tensor, ct_error *error) {
    return guarded(error, [&] { tensor->value.backward(); });
}

ct_status ct_tensor_backward_from(const ct_tensor *tensor, const ct_tensor *gradient, ct_error *error) {
    return guarded(error, [&] { tensor->value.backward(gradient->value); });
}

ct_status ct_tensor_grad(const ct_tensor *tensor, ct_tensor **out, ct_error *error) {
    return guarded(error, [&] {
        const at::Tensor &gradient = tensor->value.grad();
        *out = gradient.defined() ? new ct_tensor{gradient} : nullptr;
    });
}

void ct_tensor_clear_grad(ct_tensor *tensor) {
    if (tensor->value.grad().defined()) tensor->value.mutable_grad().reset();
}

// MARK: - Arithmetic

ct_status ct_add(const ct_tensor *a, const ct_tensor *b, ct_tensor **out, ct_error *error) {
    return produce(out, error, [&] { return at::add(a->value, b->value); });
}

ct_status ct_subtract(const ct_tensor *a, const ct_tensor *b, ct_tensor **out, ct_error *error) {
    return produce(out, error, [&] { return at::sub(a->value, b->value); });
}

ct_status ct_multiply(const ct_tensor *a, const ct_tensor *b, ct_tensor **out, ct_error *error) {
    return produce(out, error, [&] { return at::mul(a->value, b->value); });
}

ct_status ct_divide(const ct_tensor *a, const ct_tensor *b, ct_tensor **out, ct_error *error) {
    return produce(out, error, [&] { return at::div(a->value, b->value); });
}

ct_status ct_sigmoid(const ct_tensor *a, ct_tensor **out, ct_error *error) {
    return produce(out, error, [&] { return at::sigmoid(a->value); });
}

ct_status ct_sum(const ct_tensor *a, const int64_t *axes, int32_t axis_count, ct_tensor **out, ct_error *error) {
    return produce(out, error, [&] { return at::sum(a->value, list(axes, axis_count)); });
}

ct_status ct_sum_all(const ct_tensor *a, ct_tensor **out, ct_error *error) {
    return produce(out, error, [&] { return at::sum(a->value); });
}

ct_status ct_to(const ct_tensor *a, ct_dtype dtype, ct_tensor **out, ct_error *error) {
    return produce(out, error, [&] {
        TORCH_CHECK(dtype != CT_OTHER, "no such type to convert to");
        return a->value.to(dtype == CT_FLOAT32 ? at::kFloat : dtype == CT_UINT8 ? at::kByte : at::kBFloat16).contiguous();
    });
}

ct_status ct_copy(ct_tensor *destination, const ct_tensor *source, ct_error *error) {
    return guarded(error, [&] {
        at::NoGradGuard guard;
        destination->value.copy_(source->value);
    });
}

// MARK: - Shape

ct_status ct_cat(const ct_tensor *const *tensors, int32_t count, int32_t axis, ct_tensor **out, ct_error *error) {
    return produce(out, error, [&] {
        std::vector<at::Tensor> parts;
        parts.reserve(static_cast<size_t>(count));
        for (int32_t i = 0; i < count; ++i) parts.push_back(tensors[i]->value);
        return at::cat(parts, axis);
    });
}

// MARK: - Network

ct_status ct_conv(const ct_tensor *a, const ct_tensor *weight, const ct_tensor *bias, int64_t stride, int64_t padding, ct_tensor **out, ct_error *error) {
    return produce(out, error, [&] {
        return weight->value.dim() == 5 ? at::conv3d(a->value, weight->value, maybe(bias), stride, padding)
                                        : at::conv2d(a->value, weight->value, maybe(bias), stride, padding);
    });
}

ct_status ct_conv_transpose(const ct_tensor *a, const ct_tensor *weight, const ct_tensor *bias, int64_t stride, ct_tensor **out, ct_error *error) {
    return produce(out, error, [&] {
        return weight->value.dim() == 5 ? at::conv_transpose3d(a->value, weight->value, maybe(bias), stride)
                                        : at::conv_transpose2d(a->value, weight->value, maybe(bias), stride);
    });
}

ct_status ct_instance_norm(const ct_tensor *a, const ct_tensor *weight, const ct_tensor *bias, double epsilon, ct_tensor **out, ct_error *error) {
    return produce(out, error, [&] {
        return at::instance_norm(a->value, maybe(weight), maybe(bias), c10::nullopt, c10::nullopt, true, 0.1, epsilon, false);
    });
}

ct_status ct_leaky_relu_(ct_tensor *a, double slope, ct_error *error) {
    return guarded(error, [&] { at::leaky_relu_(a->value, slope); });
}

ct_status ct_bce_with_logits(const ct_tensor *logits, const ct_tensor *target, const ct_tensor *weight, const ct_tensor *positive_weight, ct_tensor **out, ct_error *error) {
    return produce(out, error, [&] {
        return at::binary_cross_entropy_with_logits(logits->value, target->value, maybe(weight), maybe(positive_weight), at::Reduction::None);
    });
}

// MARK: - Gradients

ct_status ct_gradient_norm(ct_tensor *const *parameters, int32_t count, double *out, ct_error *error) {
    return guarded(error, [&] {
        at::NoGradGuard guard;
        double squares = 0;
        for (int32_t i = 0; i < count; ++i) {
            const at::Tensor &gradient = parameters[i]->value.grad();
            if (!gradient.defined()) continue;
            const double norm = gradient.norm().item<double>();
            squares += norm * norm;
        }
        *out = std::sqrt(squares);
    });
}

ct_status ct_scale_gradients(ct_tensor *const *parameters, int32_t count, double factor, ct_error *error) {
    return guarded(error, [&] {
        at::NoGradGuard guard;
        for (int32_t i = 0; i < count; ++i)
            if (parameters[i]->value.grad().defined()) parameters[i]->value.mutable_grad().mul_(factor);
    });
}

// MARK: - Optimisers

ct_status ct_adam_step(ct_tensor *const *parameters, ct_tensor *const *means, ct_tensor *const *squares, int32_t count, int64_t step, const ct_adam *options, ct_error *error) {
    return guarded(error, [&] {
        at::NoGradGuard guard;
        for (int32_t i = 0; i < count; ++i)
            if (parameters[i]->value.grad().defined())
                adam(parameters[i]->value, means[i]->value, squares[i]->value, step, *options);
    });
}

ct_status ct_sgd_step(ct_tensor *const *parameters, ct_tensor *const *momenta, int32_t count, double learning_rate, double momentum, ct_error *error) {
    return guarded(error, [&] {
        at::NoGradGuard guard;
        for (int32_t i = 0; i < count; ++i) {
            const at::Tensor &gradient = parameters[i]->value.grad();
            if (!gradient.defined()) continue;
            momenta[i]->value.mul_(momentum).add_(gradient);
            parameters[i]->value.add_(momenta[i]->value, -learning_rate);
        }
    });
}
