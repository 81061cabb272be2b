#include "internal.hpp"

#include <vector>

using namespace ct;

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

ct_status ct_sum_double(const ct_tensor *a, const int64_t *axes, int32_t axis_count, ct_tensor **out, ct_error *error) {
    return produce(out, error, [&] { return at::sum(a->value, list(axes, axis_count), false, at::kDouble); });
}

ct_status ct_scale(const ct_tensor *a, double factor, ct_tensor **out, ct_error *error) {
    return produce(out, error, [&] { return at::mul(a->value, factor); });
}

ct_status ct_shift(const ct_tensor *a, double offset, ct_tensor **out, ct_error *error) {
    return produce(out, error, [&] { return at::add(a->value, offset); });
}

ct_status ct_log_sigmoid(const ct_tensor *a, ct_tensor **out, ct_error *error) {
    return produce(out, error, [&] { return at::log_sigmoid(a->value); });
}

ct_status ct_log(const ct_tensor *a, ct_tensor **out, ct_error *error) {
    return produce(out, error, [&] { return at::log(a->value); });
}

ct_status ct_expm1(const ct_tensor *a, ct_tensor **out, ct_error *error) {
    return produce(out, error, [&] { return at::expm1(a->value); });
}

ct_status ct_clamp(const ct_tensor *a, double low, double high, ct_tensor **out, ct_error *error) {
    return produce(out, error, [&] { return at::clamp(a->value, low, high); });
}

ct_status ct_bits(const ct_tensor *a, uint8_t mask, ct_tensor **out, ct_error *error) {
    return produce(out, error, [&] { return at::bitwise_and(a->value, at::Scalar(static_cast<int64_t>(mask))); });
}

ct_status ct_equals(const ct_tensor *a, uint8_t value, ct_tensor **out, ct_error *error) {
    return produce(out, error, [&] { return at::eq(a->value, at::Scalar(static_cast<int64_t>(value))).to(at::kFloat); });
}

ct_status ct_reaches(const ct_tensor *a, double value, ct_tensor **out, ct_error *error) {
    return produce(out, error, [&] { return at::ge(a->value, value).to(at::kFloat); });
}

ct_status ct_detach(const ct_tensor *a, ct_tensor **out, ct_error *error) {
    return produce(out, error, [&] { return a->value.detach(); });
}

ct_status ct_add_(ct_tensor *a, const ct_tensor *b, ct_error *error) {
    return guarded(error, [&] {
        at::NoGradGuard guard;
        a->value.add_(b->value);
    });
}

ct_status ct_to(const ct_tensor *a, ct_dtype dtype, ct_tensor **out, ct_error *error) {
    return produce(out, error, [&] {
        switch (dtype) {
        case CT_FLOAT32: return a->value.to(at::kFloat).contiguous();
        case CT_FLOAT64: return a->value.to(at::kDouble).contiguous();
        case CT_UINT8: return a->value.to(at::kByte).contiguous();
        case CT_BFLOAT16: return a->value.to(at::kBFloat16).contiguous();
        case CT_OTHER: break;
        }
        TORCH_CHECK(false, "no such type to convert to");
    });
}

ct_status ct_copy(ct_tensor *destination, const ct_tensor *source, ct_error *error) {
    return guarded(error, [&] {
        at::NoGradGuard guard;
        destination->value.copy_(source->value);
    });
}

// MARK: - Shape

static std::vector<at::Tensor> values(const ct_tensor *const *tensors, int32_t count) {
    std::vector<at::Tensor> result;
    result.reserve(static_cast<size_t>(count));
    for (int32_t i = 0; i < count; ++i) result.push_back(tensors[i]->value);
    return result;
}

ct_status ct_cat(const ct_tensor *const *tensors, int32_t count, int32_t axis, ct_tensor **out, ct_error *error) {
    return produce(out, error, [&] { return at::cat(values(tensors, count), axis); });
}

ct_status ct_contiguous(const ct_tensor *a, ct_tensor **out, ct_error *error) {
    return produce(out, error, [&] { return a->value.contiguous(); });
}

ct_status ct_stack(const ct_tensor *const *tensors, int32_t count, ct_tensor **out, ct_error *error) {
    return produce(out, error, [&] { return at::stack(values(tensors, count)); });
}

ct_status ct_slice(const ct_tensor *a, int32_t axis, int64_t begin, int64_t end, int64_t step, ct_tensor **out, ct_error *error) {
    return produce(out, error, [&] { return a->value.slice(axis, begin, end, step); });
}
