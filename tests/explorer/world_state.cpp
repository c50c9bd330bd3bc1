// SPDX-License-Identifier: Apache-2.0
#include "explorer/world_state.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace dsr::explorer {

void WorldState::begin(std::int64_t workflow, const std::string& owner) {
    Epoch first{owner, {}};
    if (owner.empty()) first.commands.push_back({0, false, Outcome::failed, "before the test", false, false});
    flows_[workflow].epochs = {first};
}

void WorldState::triggered(std::int64_t workflow, std::int64_t command) {
    Flow& flow = flows_[workflow];
    known_.insert(command);
    flow.ended = flow.stop_asked = false;
    flow.epochs.push_back({"", {{command, false, Outcome::pending, "a person", false, false}}});
}

void WorldState::ended(std::int64_t workflow) {
    flows_.at(workflow).ended = true;
}

const WorldState::Command* WorldState::standing(const Epoch& epoch) {
    for (const Command& command : epoch.commands) {
        if (command.outcome != Outcome::failed) return &command;
    }
    return nullptr;
}

void WorldState::we_commanded(std::int64_t workflow, std::int64_t command, const Owners& running,
                              const std::string& who, Circumstances circumstances) {
    ++commands_of_ours_;
    known_.insert(command);
    Flow& flow = flows_.at(workflow);
    Epoch& epoch = flow.epochs.back();
    if (flow.doubled) {
        // Nothing that comes after can be right.
    } else if (const Command* other = standing(epoch)) {
        breach(Breach::second_command, fmt::format("{} wrote command {} for workflow {}, which has command {} of {}",
                                                   who, command, workflow, other->id, other->by));
    } else if (!running.empty() && circumstances.unseen) {
        flow.doubled = true;
        flow.unseen.insert(running.begin(), running.end());
    } else if (!running.empty()) {
        breach(Breach::live_row_touched, fmt::format("{} wrote command {} for workflow {}, which runs on {}", who,
                                                     command, workflow, fmt::join(running, " and ")));
    } else if (flow.ended) {
        breach(Breach::live_row_touched,
               fmt::format("{} wrote command {} for workflow {}, which ended", who, command, workflow));
    }
    epoch.commands.push_back({command, true, Outcome::pending, who, circumstances.parent_lost, flow.stop_asked});
}

void WorldState::master_commanded(std::int64_t workflow, std::int64_t command, std::size_t epoch_seen, bool held,
                                  bool unmarked, const Owners& running, const std::string& who) {
    ++commands_of_masters_;
    known_.insert(command);
    Flow& flow = flows_.at(workflow);
    const Epoch& seen = flow.epochs.at(epoch_seen);
    const bool doubled =
        flow.doubled || epoch_seen + 1 < flow.epochs.size() || standing(seen) != nullptr || !running.empty();
    if (doubled) {
        const bool after_ours = std::any_of(seen.commands.begin(), seen.commands.end(), [](const Command& other) {
            return other.ours && other.outcome != Outcome::failed;
        });
        if (after_ours && held && !flow.doubled) {
            breach(Breach::lock_passed_by,
                   fmt::format("{} chose workflow {} under its failover lock, which it holds still; we wrote a command "
                               "for the same loss meanwhile, and it wrote command {}",
                               who, workflow, command));
        } else if (unmarked && !flow.doubled) {
            breach(Breach::marker_gone, fmt::format("{} wrote command {} for workflow {}, which runs on {}: the marker "
                                                    "that says its address was looked after is gone, removed by us",
                                                    who, command, workflow, fmt::join(running, " and ")));
        } else {
            ++doubled_by_itself_;
            flow.doubled = true;
        }
    }
    flow.epochs.back().commands.push_back({command, false, Outcome::pending, who, false, false});
}

WorldState::Command* WorldState::find(std::int64_t workflow, std::int64_t command) {
    for (Epoch& epoch : flows_.at(workflow).epochs) {
        for (Command& candidate : epoch.commands) {
            if (candidate.id == command) return &candidate;
        }
    }
    return nullptr;
}

void WorldState::taken_up(std::int64_t workflow, std::int64_t command, const std::string& who) {
    if (Command* const found = find(workflow, command)) found->outcome = Outcome::taken;
    flows_.at(workflow).stop_asked = false;
    flows_.at(workflow).epochs.push_back({who, {}});
}

void WorldState::command_failed(std::int64_t workflow, std::int64_t command) {
    if (Command* const found = find(workflow, command)) found->outcome = Outcome::failed;
}

void WorldState::stop_undone(std::int64_t workflow, std::int64_t command, const std::string& who) {
    const Command* const found = find(workflow, command);
    if (found == nullptr || !found->after_stop || flows_.at(workflow).doubled) return;
    breach(Breach::stop_undone, fmt::format("a person stopped workflow {}; {} took command {} of {} up and goes on "
                                            "with it",
                                            workflow, who, command, found->by));
}

void WorldState::started_anew(std::int64_t workflow, std::int64_t parent) {
    Flow& flow = flows_.at(workflow);
    for (const Epoch& epoch : flow.epochs) {
        for (const Command& command : epoch.commands) {
            if (!command.parent_lost || command.outcome == Outcome::failed || flow.doubled) continue;
            breach(Breach::child_doubled,
                   fmt::format("{} wrote command {} for workflow {} while its parent {} was lost, which was recovered "
                               "since and starts it anew",
                               command.by, command.id, workflow, parent));
        }
    }
    flow.ended = true;
}

void WorldState::went_back(std::int64_t workflow, bool row_there, bool runs_again,
                           const std::set<std::int64_t>& commands) {
    Flow& flow = flows_.at(workflow);
    if (!row_there || (flow.ended && runs_again)) flow.doubled = true;
    for (Epoch& epoch : flow.epochs) {
        for (Command& command : epoch.commands) {
            const bool there = commands.contains(command.id);
            if (command.outcome == Outcome::pending && !there) command.outcome = Outcome::failed;
            if (command.outcome == Outcome::taken && there) flow.doubled = true;
        }
    }
}

void WorldState::breach(Breach kind, std::string what) {
    if (!violation_) violation_ = Violation{kind, std::move(what)};
}

std::vector<std::int64_t> WorldState::workflows() const {
    std::vector<std::int64_t> ids;
    ids.reserve(flows_.size());
    for (const auto& [id, flow] : flows_) ids.push_back(id);
    return ids;
}

}  // namespace dsr::explorer
