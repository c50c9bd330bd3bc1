// SPDX-License-Identifier: Apache-2.0
#include "explorer/master.hpp"

#include <algorithm>

namespace dsr::explorer {

using namespace std::chrono_literals;

namespace {

const char* const claimed = "NULL";

std::string deadline_text(const FailoverJob& job) {
    return std::to_string(model::epoch_ms(job.deadline));
}

}  // namespace

model::Instant Master::time() const {
    const auto ahead = cluster_.clocks.find(address);
    const auto by = ahead == cluster_.clocks.end() ? std::chrono::seconds{0} : ahead->second;
    return std::chrono::floor<model::Milliseconds>(cluster_.now + by);
}

// ---- failover ----

FailoverThread::FailoverThread(Cluster& cluster, Master& master) : cluster_(cluster), master_(master) {}

std::string FailoverThread::name() const {
    return master_.name() + " failover";
}

std::string FailoverThread::doing() const {
    switch (stage_) {
        case Stage::idle:
            return scan_ && cluster_.now >= *scan_ ? "scans for dead hosts" : "queues for the lock of a dead host";
        case Stage::wait:
            return "has the lock of " + job_.host;
        case Stage::check:
            return "reads the marker of " + job_.host;
        case Stage::select:
            return "selects rows of " + job_.host;
        case Stage::write:
            return "claims workflow " + std::to_string(chosen_.front().row.id) + " of " + job_.host;
        case Stage::mark:
            return "writes the marker of " + job_.host;
        case Stage::release:
            break;
    }
    return "releases the lock of " + job_.host;
}

void FailoverThread::reset() {
    jobs_.clear();
    kept_.clear();
    stage_ = Stage::idle;
}

void FailoverThread::removed(const std::string& host, const std::string& marker,
                             std::optional<model::Instant> startup) {
    FailoverJob job{host, marker, cluster_.now, cluster_.now, startup};
    if (cluster_.ways.markers) job.not_before += 30s;
    jobs_.push_back(job);
}

bool FailoverThread::holds_lock() const {
    const auto queue = cluster_.registry->locks.find(cluster_.lock_path(job_.host));
    return queue != cluster_.registry->locks.end() && queue->second.front().node == node_;
}

/// With JDBC a purged master goes on, and a lock is a row: there is no queue.
bool FailoverThread::may_have_lock() const {
    if (cluster_.kind != RegistryKind::jdbc) return holds_lock() || !master_.registered;
    const std::string path = cluster_.lock_path(job_.host);
    return kept_.contains(path) || !cluster_.registry->locks.contains(path);
}

bool FailoverThread::may_work() const {
    if (!master_.goes_on() || stalled || cluster_.nobody_fails_over || master_.elsewhere) return false;
    return stage_ != Stage::idle || master_.registered || cluster_.kind == RegistryKind::jdbc;
}

bool FailoverThread::enabled() {
    if (!may_work()) return false;
    switch (stage_) {
        case Stage::idle:
            return (scan_ && cluster_.now >= *scan_) || (!jobs_.empty() && cluster_.now >= jobs_.front().not_before);
        case Stage::wait:
            return may_have_lock();
        case Stage::write:
            return !cluster_.tables.locked(chosen_.front().row.id);
        default:
            return true;
    }
}

std::optional<model::Instant> FailoverThread::wakes_at() {
    if (!may_work() || stage_ != Stage::idle) return std::nullopt;
    // The ten-minute scan of G1 alone does not keep the world going.
    auto wakes = scan_ && *scan_ <= master_.startup + 10s ? scan_ : std::nullopt;
    if (!jobs_.empty()) wakes = std::min(wakes.value_or(jobs_.front().not_before), jobs_.front().not_before);
    return wakes;
}

void FailoverThread::step() {
    switch (stage_) {
        case Stage::idle:
            return scan_ && cluster_.now >= *scan_ ? scan() : begin();
        case Stage::wait:
            if (cluster_.kind == RegistryKind::jdbc) {
                take_row();
            } else if (!master_.registered) {
                return reset();  // Curator gives the wait up
            }
            stage_ = cluster_.ways.markers ? Stage::check : Stage::select;
            return;
        case Stage::check:
            return check_marker();
        case Stage::select:
            return select();
        case Stage::write:
            return write();
        case Stage::mark:
            // Persistent, and written whatever became of the session: a cut-off master's write fails.
            if (master_.registered || cluster_.kind == RegistryKind::jdbc)
                cluster_.registry->set_marker(job_.marker, deadline_text(job_));
            stage_ = Stage::release;
            return;
        case Stage::release:
            return let_go();
    }
}

/// G1: hosts that are its own or not registered; G2: every host that rows name.
void FailoverThread::scan() {
    scan_ = cluster_.ways.second_generation ? std::nullopt : std::optional(cluster_.now + 600s);
    for (const auto& host : cluster_.tables.hosts()) {
        const auto* node = cluster_.registry->row({host});
        const bool there = node != nullptr;
        FailoverJob job{host, "", master_.startup, cluster_.now, std::nullopt};
        if (!cluster_.ways.second_generation) {
            if (there && host != master_.address) continue;
        } else {
            job.deadline = there ? *node->startup_time : master_.startup;
            job.marker = host + "-unknown-unknown";
        }
        jobs_.push_back(job);
    }
}

void FailoverThread::begin() {
    job_ = jobs_.front();
    jobs_.pop_front();
    if (job_.startup && cluster_.ways.markers) {
        // The removal event looks again after its 30 s: the same incarnation is back.
        const auto* node = cluster_.registry->row({job_.host});
        if (node != nullptr && node->startup_time == job_.startup) return;
    }
    unmarked_ = false;
    const std::string path = cluster_.lock_path(job_.host);
    stage_ = Stage::wait;
    if (const auto own = kept_.find(path); own != kept_.end()) {
        node_ = own->second;
        return;
    }
    if (cluster_.kind == RegistryKind::jdbc) return;
    node_ = cluster_.registry->queue_for(path, master_.name());
    cluster_.registry->locks[path].back().session_id = master_.session;
}

void FailoverThread::take_row() {
    const std::string path = cluster_.lock_path(job_.host);
    if (kept_.contains(path)) return;  // it believes in the lock that it leaked, whatever became of the row
    node_ = cluster_.registry->queue_for(path, master_.name());
    cluster_.registry->locks[path].back().session_id = master_.session;
}

void FailoverThread::check_marker() {
    const auto marker = cluster_.registry->markers.find(job_.marker);
    if (marker != cluster_.registry->markers.end() && marker->second.value == deadline_text(job_)) {
        stage_ = Stage::release;
        return;
    }
    const auto gone = cluster_.removed_by_us.find(job_.marker);
    unmarked_ = gone != cluster_.removed_by_us.end() && gone->second == deadline_text(job_);
    stage_ = Stage::select;
}

/// Reference 4.2 and 4.6: rows that this incarnation of the host took up itself are left alone, by their start and
/// restart times alone.
bool FailoverThread::younger(const MasterRow& row) const {
    if (cluster_.ways.second_generation) {
        const auto stamp = row.restart ? row.restart : row.start;
        return stamp && *stamp >= job_.deadline;
    }
    const auto* node = cluster_.registry->row({job_.host});
    if (node == nullptr) return false;
    const model::Instant startup = *node->startup_time;
    return (row.start && *row.start > startup) || (row.restart && *row.restart > startup);
}

void FailoverThread::select() {
    chosen_.clear();
    for (const auto& row : cluster_.tables.rows_of(job_.host)) {
        if (younger(row) || master_.memory.contains(row.id)) continue;
        chosen_.push_back({row, cluster_.world_state.epoch(row.id)});
    }
    stage_ = !chosen_.empty() ? Stage::write : cluster_.ways.markers ? Stage::mark : Stage::release;
}

void FailoverThread::write() {
    const Chosen next = chosen_.front();
    chosen_.erase(chosen_.begin());
    const MasterRow now_there = *cluster_.tables.row(next.row.id);
    MasterRow written = now_there;
    if (cluster_.ways.second_generation) {
        if (now_there.state != next.row.state) {
            // The compare-and-set failed: an exception ends this host's failover, the marker stays unwritten.
            stage_ = Stage::release;
            return;
        }
        written.state = 18;
    } else {
        // An update by id alone, with every other column as it was read.
        written = test::as_read(next.row);
        written.host = claimed;
    }
    std::int64_t command = 0;
    cluster_.write_as(master_, [&] { command = cluster_.tables.claim(written, next.row.state); });
    cluster_.world_state.master_commanded(next.row.id, command, next.epoch, master_.registered && holds_lock(),
                                          unmarked_, cluster_.running(next.row.id), master_.name());
    if (chosen_.empty()) stage_ = cluster_.ways.markers ? Stage::mark : Stage::release;
}

void FailoverThread::let_go() {
    const std::string path = cluster_.lock_path(job_.host);
    if (cluster_.ways.leaks_lock) {
        kept_[path] = node_;  // the release names another path
    } else {
        cluster_.registry->leave(path, node_);
    }
    stage_ = Stage::idle;
}

// ---- commands ----

std::string CommandThread::name() const {
    return master_.name() + " commands";
}

std::string CommandThread::doing() const {
    return fetched_ ? "takes command " + std::to_string(fetched_->id) + " of workflow " +
                          std::to_string(fetched_->instance) + " up"
                    : "fetches a command";
}

/// Slots by the number of the registered; one that is cut off still believes in the last slot.
bool CommandThread::mine(const MasterCommand& command) const {
    if (master_.elsewhere) return true;
    const auto registered = cluster_.hears_removals() ? cluster_.registered() : master_.members;
    const auto count = static_cast<std::int64_t>(registered.size());
    if (!master_.registered && cluster_.hears_removals()) return command.id % (count + 1) == count;
    const auto own = registered.find(master_.address);
    return own != registered.end() && command.id % count == std::distance(registered.begin(), own);
}

bool CommandThread::enabled() {
    if (!master_.goes_on()) return false;
    if (fetched_) return !cluster_.tables.locked(fetched_->instance);
    if (busy) return false;
    const auto commands = cluster_.tables.commands();
    return std::any_of(commands.begin(), commands.end(), [&](const auto& command) { return mine(command); });
}

void CommandThread::step() {
    const auto commands = cluster_.tables.commands();
    if (!fetched_) {
        const auto first =
            std::find_if(commands.begin(), commands.end(), [&](const auto& command) { return mine(command); });
        if (first != commands.end()) fetched_ = *first;
        return;
    }
    const MasterCommand command = *fetched_;
    fetched_.reset();
    // Whoever deletes it first has it.
    const bool there =
        std::any_of(commands.begin(), commands.end(), [&](const auto& other) { return other.id == command.id; });
    if (there) take_up(command);
}

void CommandThread::take_up(const MasterCommand& command) {
    if (auto failing = cluster_.failing.find(command.instance);
        failing != cluster_.failing.end() && failing->second > 0) {
        --failing->second;
        cluster_.tables.fail(command, "java.lang.RuntimeException: the definition cannot be found");
        cluster_.world_state.command_failed(command.instance, command.id);
        return;
    }
    MasterRow row = test::as_read(*cluster_.tables.row(command.instance));
    const bool asked_to_end = row.state == 2 || row.state == 4;
    row.history = master_.time();
    const bool names_itself = !(cluster_.ways.in_place && command.recovery);
    if (names_itself) row.host = master_.address;
    if (cluster_.ways.second_generation) {
        row.state = command.recovery ? command.old_state : 1;
        if (command.recovery && names_itself) row.restart = master_.time();
    } else {
        // 3.2.1 and later of that generation forget that it was to stop or pause.
        if (!command.recovery || cluster_.release == Release::v3_2) row.state = 1;
        row.restart = master_.time();
        if (command.recovery && asked_to_end && row.state == 1)
            cluster_.world_state.stop_undone(command.instance, command.id, master_.name());
    }
    if (row.host == master_.address) {
        cluster_.owner_unseen.erase(command.instance);
    } else {
        cluster_.owner_unseen.insert(command.instance);
    }
    cluster_.write_as(master_, [&] { cluster_.tables.take_up(command, row); });
    master_.memory.insert(command.instance);
    cluster_.world_state.taken_up(command.instance, command.id, master_.name());
    if (command.recovery && cluster_.ways.in_place) cluster_.start_children_anew(command.instance, master_);
}

// ---- the watch over itself ----

std::string WatchThread::name() const {
    return master_.name() + " watch";
}

std::string WatchThread::doing() const {
    return master_.cut_off_at && !fenced() ? "notices that its session is gone"
                                           : "finds a marker that names it, and stops";
}

bool WatchThread::fenced() const {
    return cluster_.ways.markers && cluster_.registry->markers.contains(master_.marker());
}

bool WatchThread::enabled() {
    // What does not notice reads its marker with its heartbeat, as soon as that gets through.
    if (cluster_.kind != RegistryKind::zookeeper)
        return master_.goes_on() && fenced() && (master_.registered || cluster_.kind == RegistryKind::jdbc);
    return master_.alive && master_.notices && (master_.cut_off_at || fenced());
}

void WatchThread::step() {
    // 3.1 and 3.2 clear what they run and register again (strategy `waiting`); G2 stops.
    if (cluster_.kind == RegistryKind::zookeeper && master_.cut_off_at && !cluster_.ways.second_generation)
        return cluster_.reconnect(master_);
    cluster_.stop(master_);
}

// ---- the heartbeat ----

std::string HeartbeatThread::name() const {
    return master_.name() + " heartbeat";
}

bool HeartbeatThread::enabled() {
    if (cluster_.kind != RegistryKind::jdbc || !master_.goes_on() || master_.registered) return false;
    if (cluster_.kept_out(master_.address)) return false;
    // It reads its marker first, and a row of another client can only be updated by that one.
    const auto* row = cluster_.registry->row({master_.address});
    return !cluster_.registry->markers.contains(master_.marker()) &&
           (row == nullptr || row->session_id == master_.session);
}

}  // namespace dsr::explorer
