// SPDX-License-Identifier: Apache-2.0
#include "journal/run_ledger.hpp"

#include <algorithm>

namespace dsr::journal {

using namespace model;

void RunLedger::handed_over(const WorkflowInstance& row, const MasterAddress& from_host, Instant at,
                            const std::string& sweep) {
    Entry& entry = entries_[row.id.value];
    entry.at = at;
    entry.host = from_host.text;
    entry.sweep = sweep;
    entry.ownership = row.ownership;
    entry.unreachable = 0;
    entry.seen_in_pass = pass_;
}

std::optional<Instant> RunLedger::when(const WorkflowInstance& row) const {
    const auto found = entries_.find(row.id.value);
    if (found == entries_.end() || !found->second.at) return std::nullopt;
    const Entry& entry = found->second;
    const bool same_host = row.host && (*row.host == entry.host || *row.host == claimed_host_text);
    const bool stamped = row.ownership.stamped && entry.ownership.stamped;
    const bool same_ownership =
        stamped ? same_stamp(row.ownership.stamped, entry.ownership.stamped) : row.ownership == entry.ownership;
    if (!same_host || !same_ownership) return std::nullopt;
    return entry.at;
}

std::string RunLedger::sweep_of(const WorkflowInstance& row) const {
    return when(row) ? entries_.at(row.id.value).sweep : std::string();
}

std::vector<std::pair<WorkflowInstanceId, std::string>> RunLedger::journaled() const {
    std::vector<std::pair<WorkflowInstanceId, std::string>> rows;
    for (const auto& [id, entry] : entries_) {
        if (entry.at && !entry.sweep.empty()) rows.emplace_back(WorkflowInstanceId{id}, entry.sweep);
    }
    std::sort(rows.begin(), rows.end());
    return rows;
}

void RunLedger::worker_unreachable(WorkflowInstanceId id) {
    Entry& entry = entries_[id.value];
    ++entry.unreachable;
    entry.seen_in_pass = pass_;
}

int RunLedger::unreachable_tries(WorkflowInstanceId id) const {
    const auto found = entries_.find(id.value);
    return found == entries_.end() ? 0 : found->second.unreachable;
}

void RunLedger::worker_reached(WorkflowInstanceId id) {
    const auto found = entries_.find(id.value);
    if (found != entries_.end()) found->second.unreachable = 0;
}

Instant RunLedger::claimed(WorkflowInstanceId id, Instant now) {
    Entry& entry = entries_[id.value];
    if (!entry.claimed_since || entry.claimed_pass + 1 < pass_) entry.claimed_since = now;
    entry.claimed_pass = pass_;
    entry.seen_in_pass = pass_;
    return *entry.claimed_since;
}

void RunLedger::saw(WorkflowInstanceId id) {
    const auto found = entries_.find(id.value);
    if (found != entries_.end()) found->second.seen_in_pass = pass_;
}

void RunLedger::end_pass() {
    std::erase_if(entries_, [this](const auto& entry) { return entry.second.seen_in_pass < pass_; });
}

}  // namespace dsr::journal
