#pragma once

#include "ctorch.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cstring>
#include <new>

/* What the files of this target share: the handle of a tensor, and the border at which exceptions end. */

struct ct_tensor {
    at::Tensor value;
};

namespace ct {

inline void describe(ct_error *error, const char *message) {
    std::strncpy(error->message, message, sizeof error->message - 1);
    error->message[sizeof error->message - 1] = 0;
}

// libtorch's allocator for the processor throws a plain c10::Error, which only its text distinguishes.
inline bool is_of_allocator(const char *message) { return std::strstr(message, "DefaultCPUAllocator: ") != nullptr; }

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

inline at::IntArrayRef list(const int64_t *values, int32_t count) {
    return at::IntArrayRef(values, static_cast<size_t>(count));
}

}  // namespace ct
