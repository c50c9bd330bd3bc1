// SPDX-License-Identifier: Apache-2.0
#include "faults/judge.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace dsr::faults {

bool Judge::all_run() const {
    return std::ranges::all_of(workflows, [&](const auto& one) { return runs(one.second); });
}

void Judge::command_failed(std::int64_t id) {
    auto& workflow = workflows.at(id);
    workflow.pending = 0;
    workflow.stranded = true;
    ++workflow.failures;
}

void Judge::taken_up(std::int64_t id, const Process& by) {
    auto& workflow = workflows.at(id);
    workflow.pending = 0;
    workflow.stranded = false;
    workflow.owner = by.number;
}

void Judge::check(journal::Journal& journal) {
    for (const auto& command : tables_.commands()) {
        check_command(command);
        if (broken_) return;
    }
    check_tasks();
    check_markers();
    check_journal(journal);
}

void Judge::check_command(const test::MasterCommand& command) {
    auto& workflow = workflows.at(command.instance);
    if (workflow.pending == command.id) return;
    if (workflow.pending != 0)
        return breaks(fmt::format("workflow {} has commands {} and {} for one loss", command.instance, workflow.pending,
                                  command.id));
    if (const auto* owner = masters_.find(workflow.owner); owner != nullptr && !workflow.stranded) {
        if (!owner->stands_still)
            return breaks(
                fmt::format("workflow {} got command {} although its master lives", command.instance, command.id));
        // Nobody can tell it from a dead one. Its finish marker stops it when it goes on.
        if (!masters_.cluster()->markers.contains(owner->marker))
            return breaks(
                fmt::format("workflow {} got command {}, and no finish marker stops its master, which only "
                            "stands still",
                            command.instance, command.id));
    }
    workflow.pending = command.id;
    workflow.stranded = false;
    ours_.insert(command.id);
}

void Judge::check_tasks() {
    for (const auto& [id, workflow] : workflows) {
        if (workflow.task == 0 || !killer_.asked.contains(workflow.task) || !runs(workflow) || workflow.pending != 0)
            continue;
        const bool ever_lost = tables_.row(id)->restart.has_value();  // it has had more than its first owner
        if (!ever_lost) return breaks(fmt::format("a task of workflow {} was killed although its master lives", id));
    }
    for (const auto& worker : killer_.workers) {
        if (!shown.contains(worker))
            return breaks(fmt::format("a kill message went to {}, which only a row named", worker.text));
    }
}

void Judge::check_markers() {
    const auto& markers = masters_.cluster()->markers;
    if (markers.empty()) return;
    for (const auto& [host, process] : masters_.living()) {
        if (!process.stands_still && markers.contains(process.marker))
            return breaks(fmt::format("a finish marker names the master {}, which lives", host));
    }
}

/// Every write is in the journal, and nothing else.
void Judge::check_journal(journal::Journal& journal) {
    std::set<std::int64_t> journaled;
    for (const auto& entry : journal.entries(std::nullopt, 1000)) journaled.insert(entry.command.value_or(-1));
    if (journaled != ours_)
        breaks(fmt::format("{} commands were written, {} are in the journal", ours_.size(), journaled.size()));
}

}  // namespace dsr::faults
