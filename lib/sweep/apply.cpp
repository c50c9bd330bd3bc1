// SPDX-License-Identifier: Apache-2.0
#include "sweep/apply.hpp"

#include "model/failure.hpp"
#include "sweep/departed_workers.hpp"
#include "sweep/host_failover.hpp"

namespace dsr::sweep {

using namespace model;

namespace {

/// Whether both back ends answer. If they do, the failure concerned one host, and the others continue.
bool both_answer(const SweepContext& context) {
    try {
        context.store.ping();
        (void)context.registry.live_master_count();
        return true;
    } catch (const Failure&) {
        return false;
    }
}

void end_all(const HostPlan& host, SweepReport& report, const std::string& reason) {
    for (const auto& row : host.rows) report.add({row.id, host.host, row.verdict, Outcome::failed, reason});
}

}  // namespace

void apply(const SweepContext& context, const Plan& plan, const Snapshot& snapshot, Memory& memory, std::uint64_t most,
           const Author& author, SweepReport& report, const std::stop_token& stop, const Progress& progress) {
    Pace pace(snapshot.policy.rate);
    StuckLocks stuck;
    const auto step = [&] {
        if (progress) progress(0, report.actions_total, plan.planned);
    };
    auto contacts = ask_departed_workers(context, plan, snapshot, memory, most, author, report, stop, progress);
    for (std::size_t i = 0; i < plan.hosts.size(); ++i) {
        const auto recovered = report.count(Outcome::recovered);
        if (recovered >= most) {
            for (std::size_t later = i; later < plan.hosts.size(); ++later)
                report.beyond_limit += plan.hosts[later].rows.size();
            return;
        }
        HostFailover host(context, plan.hosts[i], snapshot, author, memory, pace, stuck, contacts, report, stop);
        try {
            host.run(static_cast<std::size_t>(most - recovered), step);
            step();
        } catch (const Failure& failure) {
            host.give_up(failure.what());
            if (both_answer(context)) continue;
            for (std::size_t later = i + 1; later < plan.hosts.size(); ++later)
                end_all(plan.hosts[later], report, failure.what());
            throw;
        }
    }
}

}  // namespace dsr::sweep
