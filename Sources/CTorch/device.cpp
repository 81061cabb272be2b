#include "internal.hpp"

#include <c10/core/Event.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <torch/cuda.h>

#include <thread>

using namespace ct;

struct ct_mark {
    c10::Event event;
};

namespace {

at::Device device_of(int32_t device) {
    return device == CT_HOST ? at::Device(at::kCPU) : at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(device));
}

}  // namespace

int32_t ct_cuda_devices(void) { return torch::cuda::is_available() ? static_cast<int32_t>(torch::cuda::device_count()) : 0; }

int32_t ct_tensor_device(const ct_tensor *tensor) {
    return tensor->value.is_cuda() ? static_cast<int32_t>(tensor->value.get_device()) : CT_HOST;
}

ct_status ct_tensor_pin(const ct_tensor *tensor, ct_tensor **out, ct_error *error) {
    return produce(out, error, [&] { return tensor->value.pin_memory(); });
}

ct_status ct_move(const ct_tensor *tensor, int32_t device, ct_tensor **out, ct_error *error) {
    return produce(out, error, [&] { return tensor->value.to(device_of(device), tensor->value.scalar_type(), /*non_blocking=*/true); });
}

ct_status ct_mark_make(int32_t device, ct_mark **out, ct_error *error) {
    return guarded(error, [&] {
        const c10::impl::VirtualGuardImpl guard(at::kCUDA);
        auto mark = std::unique_ptr<ct_mark>(new ct_mark{c10::Event(at::kCUDA)});
        mark->event.record(guard.getStream(device_of(device)));
        *out = mark.release();
    });
}

ct_status ct_mark_wait(const ct_mark *mark, ct_error *error) {
    // The first versions of c10::Event can only be asked.
    return guarded(error, [&] {
        while (!mark->event.query()) std::this_thread::yield();
    });
}

void ct_mark_free(ct_mark *mark) { delete mark; }
