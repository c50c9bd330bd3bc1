// SPDX-License-Identifier: Apache-2.0
#include "journal/run_ledger.hpp"

#include <algorithm>

namespace dsr::journal {

using namespace model;

RunLedger& RunLedger::operator=(const RunLedger& other) {
    if (this == &other) return *this;
    handed_over_ = other.handed_over_;  // in the chunks of this one
    unstamped_ = other.unstamped_;
    last_ = other.last_;
    watched_ = other.watched_;
    pass_ = other.pass_;
    return *this;
}

void RunLedger::handed_over(const WorkflowInstance& row, const MasterAddress& from_host, Instant at,
                            const std::string& sweep) {
    if (!last_ || last_->at != at || last_->host != from_host.text || last_->sweep != sweep)
        last_ = std::make_shared<const Handover>(Handover{at, from_host.text, sweep});
    handed_over_.insert_or_assign(row.id.value, HandedOver{last_, row.ownership.stamped, pass_});
    if (!row.ownership.stamped) unstamped_.insert_or_assign(row.id.value, row.ownership);
    worker_reached(row.id);
}

const RunLedger::Handover* RunLedger::of(const WorkflowInstance& row) const {
    const auto found = handed_over_.find(row.id.value);
    if (found == handed_over_.end()) return nullptr;
    const auto& [handover, stamped, seen] = found->second;
    const bool same_host = row.host && (*row.host == handover->host || *row.host == claimed_host_text);
    const bool same_ownership = stamped ? row.ownership.stamped && same_stamp(row.ownership.stamped, stamped)
                                        : row.ownership == unstamped_.at(row.id.value);
    return same_host && same_ownership ? handover.get() : nullptr;
}

std::optional<Instant> RunLedger::when(const WorkflowInstance& row) const {
    const auto* handover = of(row);
    return handover != nullptr ? std::optional(handover->at) : std::nullopt;
}

std::string RunLedger::sweep_of(const WorkflowInstance& row) const {
    const auto* handover = of(row);
    return handover != nullptr ? handover->sweep : std::string();
}

std::vector<std::pair<WorkflowInstanceId, std::string>> RunLedger::journaled() const {
    std::vector<std::pair<WorkflowInstanceId, std::string>> rows;
    for (const auto& [id, row] : handed_over_) {
        if (!row.handover->sweep.empty()) rows.emplace_back(WorkflowInstanceId{id}, row.handover->sweep);
    }
    std::sort(rows.begin(), rows.end());
    return rows;
}

void RunLedger::worker_unreachable(WorkflowInstanceId id) {
    Watched& row = watched_[id.value];
    ++row.unreachable;
    row.seen_in_pass = pass_;
}

int RunLedger::unreachable_tries(WorkflowInstanceId id) const {
    const auto found = watched_.find(id.value);
    return found == watched_.end() ? 0 : found->second.unreachable;
}

void RunLedger::worker_reached(WorkflowInstanceId id) {
    const auto found = watched_.find(id.value);
    if (found != watched_.end()) found->second.unreachable = 0;
}

Instant RunLedger::claimed(WorkflowInstanceId id, Instant now) {
    Watched& row = watched_[id.value];
    if (!row.claimed_since || row.claimed_pass + 1 < pass_) row.claimed_since = now;
    row.claimed_pass = pass_;
    row.seen_in_pass = pass_;
    return *row.claimed_since;
}

void RunLedger::saw(WorkflowInstanceId id) {
    if (const auto found = handed_over_.find(id.value); found != handed_over_.end()) found->second.seen_in_pass = pass_;
    if (const auto found = watched_.find(id.value); found != watched_.end()) found->second.seen_in_pass = pass_;
}

void RunLedger::end_pass() {
    const auto unseen = [this](const auto& row) { return row.second.seen_in_pass < pass_; };
    std::erase_if(handed_over_, unseen);
    std::erase_if(unstamped_, [this](const auto& row) { return !handed_over_.contains(row.first); });
    std::erase_if(watched_, unseen);
}

}  // namespace dsr::journal
