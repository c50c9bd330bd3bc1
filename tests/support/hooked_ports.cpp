// SPDX-License-Identifier: Apache-2.0
#include "support/hooked_ports.hpp"

#include <utility>

#include "model/failure.hpp"

namespace dsr::test {

using model::ErrorKind;
using model::Failure;

namespace {

class HookedLock final : public registry::HeldLock {
public:
    HookedLock(std::unique_ptr<registry::HeldLock> inner, const PortHook& hook)
        : inner_(std::move(inner)), hook_(hook) {}
    ~HookedLock() override {
        told(hook_, "registry.release", Moment::before);
        inner_.reset();
        told(hook_, "registry.release", Moment::after);
    }
    HookedLock(const HookedLock&) = delete;
    HookedLock& operator=(const HookedLock&) = delete;

    [[nodiscard]] bool still_held() override {
        try {
            return around(hook_, "registry.still_held", [&] { return inner_->still_held(); });
        } catch (const Failure&) {
            return false;
        }
    }
    [[nodiscard]] registry::Fencing fence(const model::Incarnation& dead, model::Instant value) override {
        return around(hook_, "registry.fence", [&] { return inner_->fence(dead, value); });
    }
    [[nodiscard]] std::optional<model::TransactionGuard> guard(const model::MasterAddress& host,
                                                               std::optional<std::int64_t> judged) override {
        return inner_->guard(host, judged);
    }

private:
    std::unique_ptr<registry::HeldLock> inner_;
    const PortHook& hook_;
};

}  // namespace

model::RegistryView HookedRegistry::observe() {
    return look([&] { return inner_.observe(); });
}

model::RegistryView HookedRegistry::observe_cached() {
    return look([&] { return inner_.observe_cached(); });
}

model::RegistryView HookedRegistry::look(const std::function<model::RegistryView()>& inner) {
    try {
        return around(hook_, "registry.observe", inner);
    } catch (const Failure& failure) {
        if (failure.kind() == ErrorKind::permanent) throw;
        model::RegistryView view;
        view.why_not_fresh = failure.what();
        view.taken_at = now_();
        return view;
    }
}

std::optional<model::LiveMaster> HookedRegistry::registered(const model::MasterAddress& address) {
    return around(hook_, "registry.registered", [&] { return inner_.registered(address); });
}

std::size_t HookedRegistry::live_master_count() {
    return around(hook_, "registry.live_master_count", [&] { return inner_.live_master_count(); });
}

std::optional<std::vector<std::string>> HookedRegistry::marker_names() {
    return around(hook_, "registry.marker_names", [&] { return inner_.marker_names(); });
}

registry::LockAttempt HookedRegistry::hooked(registry::LockAttempt attempt) const {
    if (attempt.lock) attempt.lock = std::make_unique<HookedLock>(std::move(attempt.lock), hook_);
    return attempt;
}

registry::LockAttempt HookedRegistry::acquire(const std::string& path, model::Milliseconds wait, std::stop_token stop,
                                              const registry::LeakProof& leaked) {
    return around(hook_, "registry.acquire",
                  [&] { return hooked(inner_.acquire(path, wait, std::move(stop), leaked)); });
}

registry::LockAttempt HookedRegistry::acquire_own(const std::string& name, model::Milliseconds wait,
                                                  std::stop_token stop) {
    return around(hook_, "registry.acquire_own",
                  [&] { return hooked(inner_.acquire_own(name, wait, std::move(stop))); });
}

registry::Leadership HookedRegistry::lead() {
    return around(hook_, "registry.lead", [&] { return inner_.lead(); });
}

registry::Leadership HookedRegistry::leadership() {
    return around(hook_, "registry.leadership", [&] { return inner_.leadership(); });
}

void HookedRegistry::resign() {
    told(hook_, "registry.resign", Moment::before);
    inner_.resign();
    told(hook_, "registry.resign", Moment::after);
}

std::vector<registry::MarkerRemoval> HookedRegistry::remove_markers(std::span<const model::FailoverMarker> markers) {
    return around(hook_, "registry.remove_markers", [&] { return inner_.remove_markers(markers); });
}

std::vector<worker::KillAnswer> HookedKiller::kill(worker::KillMessageTypes types,
                                                   std::span<const worker::KillRequest> requests,
                                                   model::Milliseconds wait, std::stop_token stop) {
    hook_("killer.kill", Moment::before);
    auto answers = inner_.kill(types, requests, wait, std::move(stop));
    hook_("killer.kill", Moment::after);
    return answers;
}

}  // namespace dsr::test
