// SPDX-License-Identifier: Apache-2.0
// The daemon's log lines after each sweep: its summary, what was done, and changes since the sweep before. Main thread.
#pragma once

#include <spdlog/logger.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "model/sweep_report.hpp"

namespace dsr {

class SweepLog {
public:
    explicit SweepLog(spdlog::logger& log) : log_(log) {}

    /// confirm_within: failover.confirm_within.
    void tell(const model::SweepReport& report, model::Milliseconds confirm_within);

private:
    void tell_changes(const model::SweepReport& report);
    void tell_queues(const model::QueueReport& queues);

    spdlog::logger& log_;
    std::string build_;  ///< of DolphinScheduler, as last logged
    std::uint64_t malformed_markers_ = 0;
    std::string why_no_journal_;
    std::string journal_missing_columns_;
    std::string queues_unread_;
    std::set<std::int64_t> stuck_queues_;    ///< rows of t_ds_serial_command that were logged
    std::map<std::string, bool> unfetched_;  ///< by whose: logged
    bool index_advised_ = false;
    bool follows_ = false;
};

}  // namespace dsr
