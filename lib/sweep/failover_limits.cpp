// SPDX-License-Identifier: Apache-2.0
#include "sweep/failover_limits.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/failure.hpp"

namespace dsr::sweep {

using namespace model;

namespace {

constexpr std::chrono::seconds before_session_end{3};
constexpr std::chrono::seconds shortest{3};

std::chrono::seconds within_session(registry::Registry& registry) {
    const Milliseconds session = registry.session_timeout();
    if (session.count() == 0) throw Failure(ErrorKind::retry, "there is no registry session to hand over within");
    return std::chrono::floor<std::chrono::seconds>(session - before_session_end);
}

std::string told(Milliseconds limit) {
    return limit.count() == 0 ? "none" : human(limit);
}

}  // namespace

std::optional<std::string> session_too_short(registry::Registry& registry) {
    if (within_session(registry) >= shortest) return std::nullopt;
    return fmt::format(
        "the registry granted a session of {}: a failover needs {} at the least; raise "
        "registry.session_timeout, or the server's own bounds of it",
        human(registry.session_timeout()), human(before_session_end + shortest));
}

store::FailoverLimits failover_limits(registry::Registry& registry, const Policy& policy,
                                      std::chrono::microseconds held) {
    store::FailoverLimits limits;
    limits.whole = std::max(std::chrono::ceil<Milliseconds>(policy.lock_hold - held), policy.lock_hold / 2);
    limits.most = std::min(within_session(registry), std::chrono::ceil<std::chrono::seconds>(policy.lock_hold));
    return limits;
}

void tell_limits(const SweepContext& context, const store::FailoverTransaction& transaction, Memory& memory) {
    const auto limits = transaction.limits();
    if (!limits || limits == memory.limits_told) return;
    memory.limits_told = limits;
    context.log.info(
        "failover transactions end in the database after these limits: a statement {}, rest between two {} (registry "
        "session {})",
        told(limits->statement), told(limits->rest), human(context.registry.session_timeout()));
}

}  // namespace dsr::sweep
