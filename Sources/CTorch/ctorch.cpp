#include "internal.hpp"

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/autocast_mode.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/version.h>

#include <cmath>
#include <malloc.h>
#include <string>

using namespace ct;

// Debian's libtorch multiplies matrices through OpenBLAS, whose own workers yield in a loop between products.
extern "C" void openblas_set_num_threads(int threads) __attribute__((weak));

namespace {

at::Tensor copied(const void *values, int64_t count, const int64_t *shape, int32_t rank, at::ScalarType type) {
    at::Tensor result = at::empty(list(shape, rank), at::TensorOptions().dtype(type));
    TORCH_CHECK(result.numel() == count, "the shape holds ", result.numel(), " values, the buffer ", count);
    std::memcpy(result.data_ptr(), values, static_cast<size_t>(result.numel()) * result.element_size());
    return result;
}

void read(const at::Tensor &tensor, at::ScalarType type, void *values, int64_t count) {
    const at::Tensor flat = tensor.detach().to(at::kCPU, type).contiguous();
    TORCH_CHECK(flat.numel() == count, "the tensor holds ", flat.numel(), " values, the buffer ", count);
    std::memcpy(values, flat.data_ptr(), static_cast<size_t>(count) * flat.element_size());
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

ct_status ct_set_autocast(bool enabled, int32_t device, ct_error *error) {
    return guarded(error, [&] {
#if TORCH_VERSION_MAJOR >= 2
        const auto type = device == CT_HOST ? at::kCPU : at::kCUDA;
        at::autocast::set_autocast_dtype(type, at::kBFloat16);
        at::autocast::set_autocast_enabled(type, enabled);
#else
        if (device == CT_HOST) {
            at::autocast::set_autocast_cpu_dtype(at::kBFloat16);
            at::autocast::set_cpu_enabled(enabled);
        } else {
            at::autocast::set_autocast_gpu_dtype(at::kBFloat16);
            at::autocast::set_enabled(enabled);
        }
#endif
        if (!enabled) at::autocast::clear_cache();
    });
}

// MARK: - Making and reading

void ct_tensor_free(ct_tensor *tensor) { delete tensor; }

ct_status ct_tensor_from_floats(const float *values, int64_t count, const int64_t *shape, int32_t rank, ct_tensor **out, ct_error *error) {
    return produce(out, error, [&] { return copied(values, count, shape, rank, at::kFloat); });
}

ct_status ct_tensor_from_doubles(const double *values, int64_t count, ct_tensor **out, ct_error *error) {
    return produce(out, error, [&] { return copied(values, count, &count, 1, at::kDouble); });
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
    case at::kDouble: return CT_FLOAT64;
    case at::kByte: return CT_UINT8;
    case at::kBFloat16: return CT_BFLOAT16;
    default: return CT_OTHER;
    }
}

ct_status ct_tensor_memory(const ct_tensor *tensor, ct_dtype dtype, void **out, ct_error *error) {
    return guarded(error, [&] {
        TORCH_CHECK(
            tensor->value.is_cpu() && tensor->value.is_contiguous() && ct_tensor_dtype(tensor) == dtype,
            "not a contiguous tensor of the type in host memory");
        *out = tensor->value.data_ptr();
    });
}

ct_status ct_tensor_read(const ct_tensor *tensor, float *values, int64_t count, ct_error *error) {
    return guarded(error, [&] { read(tensor->value, at::kFloat, values, count); });
}

ct_status ct_tensor_read_doubles(const ct_tensor *tensor, double *values, int64_t count, ct_error *error) {
    return guarded(error, [&] { read(tensor->value, at::kDouble, values, count); });
}

ct_status ct_tensor_scalar(const ct_tensor *tensor, double *out, ct_error *error) {
    return guarded(error, [&] { *out = tensor->value.item<double>(); });
}

// MARK: - Autograd

ct_status ct_tensor_set_requires_grad(ct_tensor *tensor, bool required, ct_error *error) {
    return guarded(error, [&] { tensor->value.set_requires_grad(required); });
}

ct_status ct_tensor_backward(const ct_tensor *tensor, ct_error *error) {
    return guarded(error, [&] { tensor->value.backward(); });
}

ct_status ct_backward_from(ct_tensor *const *tensors, ct_tensor *const *gradients, int32_t count, ct_error *error) {
    return guarded(error, [&] {
        torch::autograd::variable_list outputs, derivatives;
        for (int32_t i = 0; i < count; ++i) {
            outputs.push_back(tensors[i]->value);
            derivatives.push_back(gradients[i]->value);
        }
        torch::autograd::backward(outputs, derivatives);
    });
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

ct_status ct_gradient_norm(ct_tensor *const *parameters, int32_t count, ct_tensor **out, ct_error *error) {
    return produce(out, error, [&] {
        at::NoGradGuard guard;
        std::vector<at::Tensor> norms;
        for (int32_t i = 0; i < count; ++i)
            if (const at::Tensor &gradient = parameters[i]->value.grad(); gradient.defined()) norms.push_back(gradient.norm());
        return norms.empty() ? at::zeros({}) : at::stack(norms).norm();
    });
}

ct_status ct_scale_gradients(ct_tensor *const *parameters, int32_t count, const ct_tensor *factor, ct_error *error) {
    return guarded(error, [&] {
        at::NoGradGuard guard;
        for (int32_t i = 0; i < count; ++i)
            if (parameters[i]->value.grad().defined()) parameters[i]->value.mutable_grad().mul_(factor->value);
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

ct_status ct_average(ct_tensor *const *averages, ct_tensor *const *parameters, int32_t count, double share, ct_error *error) {
    return guarded(error, [&] {
        at::NoGradGuard guard;
        for (int32_t i = 0; i < count; ++i) averages[i]->value.lerp_(parameters[i]->value, share);
    });
}
