// SPDX-License-Identifier: Apache-2.0
// What really happens, whatever the tables say: who runs which workflow in memory, and which commands were written for
// which loss. Independent of lib/plan. The first breach of an invariant is kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace dsr::explorer {

/// How an invariant was broken; the planted mistakes are told apart by it.
enum class Breach {
    live_row_touched,  ///< we wrote a command for a workflow that a master runs, or that ended
    second_command,    ///< we wrote a command although one for this loss was pending or taken up
    lock_passed_by,    ///< a master that held its failover lock all along doubled a command of ours
    marker_gone,       ///< a master failed a running workflow over because we had removed a marker
    living_fenced,     ///< we wrote a marker that names a living incarnation
    child_doubled,     ///< we wrote a command for a sub-workflow whose lost parent starts it anew
    stop_undone,       ///< a workflow that a person stopped goes on, by a command of ours
    lost,              ///< nobody runs it, nobody is about to, and nothing says so
    runs_on,           ///< a master that was out of sight when we wrote a command came back, and nothing stops it
    endless,           ///< a run did not come to its end
};

struct Violation {
    Breach breach = Breach::lost;
    std::string what;
};

class WorldState {
public:
    using Owners = std::vector<std::string>;

    /// A workflow that `owner` runs (empty: nobody does, and its command was lost: stranded).
    void begin(std::int64_t workflow, const std::string& owner);
    /// A person starts or resumes it.
    void triggered(std::int64_t workflow, std::int64_t command);
    void ended(std::int64_t workflow);

    /// `unseen`: nobody could know that it runs. `parent_lost`: its parent was seen to be lost, and not looked after.
    struct Circumstances {
        bool unseen = false;
        bool parent_lost = false;
    };
    void we_commanded(std::int64_t workflow, std::int64_t command, const Owners& running, const std::string& who,
                      Circumstances circumstances);

    /// What a master saw when it chose the row.
    [[nodiscard]] std::size_t epoch(std::int64_t workflow) const { return flows_.at(workflow).epochs.size() - 1; }
    /// `held`: whether it held its lock from then until now. `unmarked`: we removed the marker that would have kept it
    /// from choosing.
    void master_commanded(std::int64_t workflow, std::int64_t command, std::size_t epoch_seen, bool held, bool unmarked,
                          const Owners& running, const std::string& who);

    void taken_up(std::int64_t workflow, std::int64_t command, const std::string& who);
    void command_failed(std::int64_t workflow, std::int64_t command);
    /// A person asks for the end of a workflow that nobody runs.
    void stop_asked(std::int64_t workflow) { flows_.at(workflow).stop_asked = true; }
    /// A person lets it run on.
    void let_run(std::int64_t workflow) {
        if (const auto flow = flows_.find(workflow); flow != flows_.end()) flow->second.stop_asked = false;
    }
    /// The master that took the command up goes on with it: a breach when the end was asked for before the command.
    void stop_undone(std::int64_t workflow, std::int64_t command, const std::string& who);
    /// Its parent was recovered and starts it anew, as another row: this one is over.
    void started_anew(std::int64_t workflow, std::int64_t parent);
    /// The database lost its last commits: the row is there or not, says or does not say that it runs, and these
    /// commands are there.
    void went_back(std::int64_t workflow, bool row_there, bool runs_again, const std::set<std::int64_t>& commands);

    void breach(Breach kind, std::string what);

    /// Whether somebody told of that command.
    [[nodiscard]] bool knows(std::int64_t command) const { return known_.contains(command); }

    [[nodiscard]] const std::optional<Violation>& violation() const { return violation_; }
    /// Nothing more is to become of it, or DolphinScheduler itself doubled it.
    [[nodiscard]] bool is_done(std::int64_t workflow) const {
        return flows_.at(workflow).ended || flows_.at(workflow).doubled;
    }
    /// Who took it up last; empty when that is nobody yet.
    [[nodiscard]] const std::string& last_owner(std::int64_t workflow) const {
        return flows_.at(workflow).epochs.back().owner;
    }
    [[nodiscard]] std::vector<std::int64_t> workflows() const;
    /// DolphinScheduler doubled a run by itself, with no part of ours in it.
    [[nodiscard]] int doubled_by_itself() const { return doubled_by_itself_; }
    /// Whether that master ran it when we wrote a command for it, and nobody could know.
    [[nodiscard]] bool ran_unseen(std::int64_t workflow, const std::string& master) const {
        const auto flow = flows_.find(workflow);
        return flow != flows_.end() && flow->second.unseen.contains(master);
    }
    [[nodiscard]] int commands_of_ours() const { return commands_of_ours_; }
    [[nodiscard]] int commands_of_masters() const { return commands_of_masters_; }

private:
    enum class Outcome { pending, taken, failed };
    struct Command {
        std::int64_t id = 0;
        bool ours = false;
        Outcome outcome = Outcome::pending;
        std::string by;
        bool parent_lost = false;
        bool after_stop = false;
    };
    /// From one take-up (or trigger) to the next.
    struct Epoch {
        std::string owner;
        std::vector<Command> commands;
    };
    struct Flow {
        std::vector<Epoch> epochs;
        bool ended = false;
        bool stop_asked = false;
        std::set<std::string> unseen;  ///< masters that ran it when we wrote a command
        bool doubled = false;          ///< by DolphinScheduler itself: what is right for it now nobody can say
    };
    static const Command* standing(const Epoch& epoch);
    Command* find(std::int64_t workflow, std::int64_t command);

    std::map<std::int64_t, Flow> flows_;
    std::set<std::int64_t> known_;
    std::optional<Violation> violation_;
    int doubled_by_itself_ = 0;
    int commands_of_ours_ = 0;
    int commands_of_masters_ = 0;
};

}  // namespace dsr::explorer
