// SPDX-License-Identifier: Apache-2.0
#include "sweep/leadership.hpp"

#include <utility>

#include "model/failure.hpp"

namespace dsr::sweep {

using namespace model;

void queue_for_leadership(const SweepContext& context, const RegistryView& view, Memory& memory) {
    auto line = memory.out_of_line ? context.registry.leadership() : context.registry.lead();
    memory.queue_position = QueuePosition{line.leads, std::move(line.leader), view.session_id};
}

bool leads_in_session(const Memory& memory, const RegistryView& view) {
    return memory.queue_position && memory.queue_position->leads &&
           memory.queue_position->session_id == view.session_id;
}

std::optional<Refusal> lost_leadership(registry::Registry& registry) {
    const auto line = registry.lead();
    if (line.leads) return std::nullopt;
    return Refusal{Outcome::skipped_changed,
                   "another replica leads now" + (line.leader.empty() ? "" : " (" + line.leader + ")")};
}

void resign_without_database(const SweepContext& context, Memory& memory, const SweepReport& report) {
    if (report.count(Outcome::unknown) > 0) {
        memory.commit_unknown = true;
    } else if (report.outcome != SweepReport::Outcome::failed && !report.interrupted) {
        memory.commit_unknown = false;
    }
    const bool failed = memory.journal_failed || report.outcome == SweepReport::Outcome::failed;
    if (memory.commit_unknown || memory.out_of_line || !failed) return;
    const auto database_fails = [&] {
        if (memory.journal_failed) return true;
        try {
            context.store.ping();
            return false;
        } catch (const Failure&) {
            return true;
        }
    };
    try {
        // Ask again: a sweep that failed early has not learned that this replica leads by now.
        const auto line = context.registry.leadership();
        if (!line.leads || line.replicas.size() < 2 || !database_fails()) return;
        context.registry.resign();
        memory.out_of_line = true;
        if (memory.queue_position) {
            memory.queue_position->leads = false;
            memory.queue_position->leader = line.replicas[1];
        }
        context.log.warn(
            "the database fails for this replica, and another replica ({}) is queued: this replica gives up the "
            "leadership, and queues again after a complete sweep that also wrote the journal",
            line.replicas[1]);
    } catch (const Failure& failure) {
        context.log.debug("the leader could not be determined: {}", failure.what());
    }
}

void return_to_line(const SweepContext& context, const Policy& policy, Memory& memory, bool journal_ready) {
    if (!memory.out_of_line) return;
    try {
        if (journal_ready) {
            context.journal.touch();
        } else if (policy.journal_required) {
            return;
        }
        memory.out_of_line = false;
        context.log.info("the database can be read and written again: this replica queues for the leadership again");
    } catch (const Failure& failure) {
        context.log.debug("this replica does not queue for the leadership yet: {}", failure.what());
    }
}

}  // namespace dsr::sweep
