#define USE_C10D_GLOO

#include "internal.hpp"

#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace ct;

struct ct_group {
    c10::intrusive_ptr<c10d::ProcessGroupGloo> group;
};

namespace {

using Collective = c10::intrusive_ptr<c10d::Work> (*)(c10d::ProcessGroupGloo &, std::vector<at::Tensor> &);

// Gloo works on memory of the host. A tensor of another device goes there and back.
void in_host_memory(ct_group *group, at::Tensor &tensor, Collective collective) {
    at::NoGradGuard guard;
    std::vector<at::Tensor> host{tensor.detach().to(at::kCPU).contiguous()};
    collective(*group->group, host)->wait();
    if (!tensor.is_alias_of(host[0])) tensor.copy_(host[0]);
}

void sum(ct_group *group, at::Tensor &tensor) {
    in_host_memory(group, tensor, [](c10d::ProcessGroupGloo &gloo, std::vector<at::Tensor> &tensors) {
        return gloo.allreduce(tensors);
    });
}

c10::intrusive_ptr<c10d::Store> rendezvous(const ct_membership &membership) {
    c10d::TCPStoreOptions options;
    options.port = static_cast<std::uint16_t>(membership.port);
    options.isServer = membership.serves_store;
    options.numWorkers = static_cast<std::size_t>(membership.size);
    options.waitWorkers = false;
    options.timeout = std::chrono::milliseconds(static_cast<int64_t>(1000 * membership.timeout));
    auto store = c10::make_intrusive<c10d::TCPStore>(membership.host, options);
    return c10::make_intrusive<c10d::PrefixStore>(membership.prefix, std::move(store));
}

std::shared_ptr<::gloo::transport::Device> device_of(const ct_membership &membership) {
    if (membership.interface) return c10d::ProcessGroupGloo::createDeviceForInterface(membership.interface);
    if (membership.address) return c10d::ProcessGroupGloo::createDeviceForHostname(membership.address);
    return c10d::ProcessGroupGloo::createDefaultDevice();
}

}  // namespace

ct_status ct_group_join(const ct_membership *membership, ct_group **out, ct_error *error) {
    return guarded(error, [&] {
        auto options = c10d::ProcessGroupGloo::Options::create();
        options->timeout = std::chrono::milliseconds(static_cast<int64_t>(1000 * membership->timeout));
        options->threads = 1;
        options->devices.push_back(device_of(*membership));
        *out = new ct_group{c10::make_intrusive<c10d::ProcessGroupGloo>(
            rendezvous(*membership), membership->rank, membership->size, options)};
    });
}

void ct_group_free(ct_group *group) { delete group; }

ct_status ct_group_sum(ct_group *group, ct_tensor *tensor, ct_error *error) {
    return guarded(error, [&] { sum(group, tensor->value); });
}

ct_status ct_group_broadcast(ct_group *group, ct_tensor *tensor, ct_error *error) {
    return guarded(error, [&] {
        in_host_memory(group, tensor->value, [](c10d::ProcessGroupGloo &gloo, std::vector<at::Tensor> &tensors) {
            return gloo.broadcast(tensors);
        });
    });
}

ct_status ct_group_sum_gradients(ct_group *group, ct_tensor *const *parameters, int32_t count, ct_error *error) {
    return guarded(error, [&] {
        at::NoGradGuard guard;
        std::vector<at::Tensor> parts;
        for (int32_t i = 0; i < count; ++i) {
            at::Tensor &gradient = parameters[i]->value.mutable_grad();
            if (!gradient.defined()) gradient = at::zeros_like(parameters[i]->value);
            parts.push_back(gradient.reshape({-1}));
        }
        at::Tensor all = at::cat(parts);
        sum(group, all);
        int64_t begin = 0;
        for (int32_t i = 0; i < count; ++i) {
            at::Tensor &gradient = parameters[i]->value.mutable_grad();
            gradient.copy_(all.slice(0, begin, begin + gradient.numel()).view(gradient.sizes()));
            begin += gradient.numel();
        }
    });
}
