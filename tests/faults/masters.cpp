// SPDX-License-Identifier: Apache-2.0
#include "faults/masters.hpp"

#include <algorithm>
#include <iterator>

#include "registry/marker_name.hpp"

namespace dsr::faults {

using namespace std::chrono_literals;

namespace {
/// Session timeout, twice the refresh, and five seconds.
constexpr auto stands_still_after = 71s;
}  // namespace

Masters::Masters(RegistryKind kind, const model::Instant& now) : kind_(kind), now_(now) {
    cluster_->now = [this] { return now_; };
    if (kind != RegistryKind::jdbc) return;
    cluster_->in_database = true;
    cluster_->least_grace = 60s;
}

const Process* Masters::find(int number) const {
    const auto found =
        std::ranges::find_if(living_, [&](const auto& master) { return master.second.number == number; });
    return found == living_.end() ? nullptr : &found->second;
}

bool Masters::runs(int number) const {
    const auto* process = find(number);
    return process != nullptr && !process->stands_still;
}

std::vector<std::string> Masters::running() const {
    std::vector<std::string> hosts;
    for (const auto& [host, process] : living_) {
        if (!process.stands_still) hosts.push_back(host);
    }
    return hosts;
}

void Masters::start(const std::string& host, model::Instant startup) {
    const int number = ++last_process_;
    living_[host] = {.number = number, .startup = startup, .marker = registry::marker_name({{host}, startup, number})};
    enter(host);
}

void Masters::kill(const std::string& host, bool unseen) {
    living_.erase(host);
    waiting_.erase(host);
    if (!unseen) purge(host);
}

void Masters::cut_off(const std::string& host) {
    living_.at(host).cut_off = true;
    cluster_->remove_master({host});
}

void Masters::heal(const std::string& host) {
    auto& process = living_.at(host);
    if (!process.cut_off) return;
    process.cut_off = false;
    process.session = 0;  // another lease
    enter(host);
}

void Masters::stand_still(const std::string& host) {
    living_.at(host).stands_still = true;
}

void Masters::go_on(const std::string& host) {
    if (living_.at(host).stands_still) enter(host);
}

void Masters::purge(const std::string& host) {
    cluster_->remove_master({host});
    cluster_->still.erase({host});
}

void Masters::hold_lock(const std::string& path, const std::string& host) {
    // Its insert would wait for that transaction.
    if (!cluster_->kept_out.contains({host})) locks_.emplace_back(path, cluster_->queue_for(path, "a master"));
}

void Masters::release_locks() {
    for (const auto& [path, node] : locks_) cluster_->leave(path, node);
    locks_.clear();
}

void Masters::let_in() {
    for (const auto& host : std::exchange(waiting_, {})) {
        if (living_.contains(host)) enter(host);
    }
}

void Masters::time_passed(model::Milliseconds by) {
    if (kind_ != RegistryKind::jdbc) return;
    auto& rows = cluster_->masters;
    if (at_standstill()) {
        // While nobody refreshes, nobody ages.
        for (auto& [address, row] : rows) row.reported_at = row.written_at += by;
        return;
    }
    for (const auto& host : running()) enter(host);
    for (auto row = rows.begin(); row != rows.end();) {
        const auto next = std::next(row);
        if (now_ - row->second.written_at >= stands_still_after) cluster_->still.insert(rows.extract(row));
        row = next;
    }
}

void Masters::mend() {
    for (const auto& [host, process] : std::map(living_)) {
        heal(host);
        enter(host);
    }
}

/// It registers, or refreshes its row; one that stood still and finds its finish marker stops.
void Masters::enter(const std::string& host) {
    const model::MasterAddress address{host};
    if (cluster_->kept_out.contains(address)) {
        waiting_.insert(host);
        return;
    }
    auto& process = living_.at(host);
    if (process.stands_still && cluster_->markers.contains(process.marker)) {
        living_.erase(host);
        return;
    }
    process.stands_still = false;
    cluster_->still.erase(address);
    auto row = cluster_->masters.find(address);
    if (row == cluster_->masters.end() || row->second.session_id != process.session) {
        cluster_->add_master(address, process.startup, process.number);
        row = cluster_->masters.find(address);
        if (process.session != 0) row->second.session_id = process.session;  // the same client
        process.session = row->second.session_id;
    }
    if (kind_ != RegistryKind::jdbc) return;
    row->second.reported_at = row->second.written_at = now_;
    cluster_->report(address);
}

}  // namespace dsr::faults
