// SPDX-License-Identifier: Apache-2.0
// The judge of a trial: what is true of each workflow, and what must never be. It knows nothing of lib/plan.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "faults/killer.hpp"
#include "faults/masters.hpp"
#include "journal/journal.hpp"
#include "support/master_tables.hpp"

namespace dsr::faults {

/// `owner` is the number of its process; 0: nobody.
struct Workflow {
    int owner = 0;
    std::int64_t pending = 0;  ///< the command that waits, of this loss
    bool stranded = false;     ///< its command failed
    int failures = 0;          ///< how many of its commands failed
    std::int64_t task = 0;
};

class Judge {
public:
    /// All outlive it.
    Judge(test::Tables& tables, const Masters& masters, const DrawnKiller& killer)
        : tables_(tables), masters_(masters), killer_(killer) {}

    std::map<std::int64_t, Workflow> workflows;
    std::set<model::WorkerAddress> shown;  ///< workers that were registered while a daemon swept

    [[nodiscard]] const std::optional<std::string>& broken() const { return broken_; }
    [[nodiscard]] std::size_t commands() const { return ours_.size(); }
    [[nodiscard]] bool runs(const Workflow& workflow) const { return masters_.runs(workflow.owner); }
    [[nodiscard]] bool all_run() const;

    void command_failed(std::int64_t id);
    void taken_up(std::int64_t id, const Process& by);
    /// After each sweep. `journal` is read without faults.
    void check(journal::Journal& journal);
    /// The first reason counts.
    void breaks(std::string what) {
        if (!broken_) broken_ = std::move(what);
    }

private:
    void check_command(const test::MasterCommand& command);
    void check_tasks();
    void check_markers();
    void check_journal(journal::Journal& journal);

    test::Tables& tables_;
    const Masters& masters_;
    const DrawnKiller& killer_;
    std::set<std::int64_t> ours_;  ///< commands
    std::optional<std::string> broken_;
};

}  // namespace dsr::faults
