// SPDX-License-Identifier: Apache-2.0
#include "sweep/apply.hpp"

#include <limits>

#include "model/failure.hpp"
#include "sweep/host_failover.hpp"

namespace dsr::sweep {

using namespace model;

namespace {

/// Whether both back ends answer: if they do, a failure was about one host, and the others go on.
bool both_answer(const Hands& hands) {
    try {
        hands.store.ping();
        (void)hands.registry.live_master_count();
        return true;
    } catch (const Failure&) {
        return false;
    }
}

void end_all(const HostPlan& host, SweepReport& report, const std::string& reason) {
    for (const auto& row : host.rows) report.add({row.id, host.host, row.verdict, Outcome::failed, reason});
}

}  // namespace

void apply(const Hands& hands, const Plan& plan, const Snapshot& snapshot, Memory& memory, SweepReport& report,
           const std::stop_token& stop, const Progress& progress) {
    const std::size_t limit =
        snapshot.policy.max_per_sweep == 0 ? std::numeric_limits<std::size_t>::max() : snapshot.policy.max_per_sweep;
    for (std::size_t i = 0; i < plan.hosts.size(); ++i) {
        const auto recovered = report.count(Outcome::recovered);
        if (recovered >= limit) {
            for (std::size_t later = i; later < plan.hosts.size(); ++later)
                report.beyond_limit += plan.hosts[later].rows.size();
            return;
        }
        HostFailover host(hands, plan.hosts[i], snapshot, memory, report, stop);
        try {
            host.run(limit - recovered, [&] {
                if (progress) progress(0, report.actions_total, plan.planned);
            });
        } catch (const Failure& failure) {
            host.give_up(failure.what());
            if (both_answer(hands)) continue;
            for (std::size_t later = i + 1; later < plan.hosts.size(); ++later)
                end_all(plan.hosts[later], report, failure.what());
            throw;
        }
    }
}

}  // namespace dsr::sweep
