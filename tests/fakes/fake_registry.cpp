// SPDX-License-Identifier: Apache-2.0
#include "fakes/fake_registry.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <limits>
#include <set>
#include <utility>

#include "model/failure.hpp"
#include "registry/layout.hpp"
#include "registry/marker_name.hpp"

namespace dsr::fakes {

using model::ErrorKind;
using model::Failure;

FakeCluster::FakeCluster() {
    now = model::system_now;
}

void FakeCluster::add_master(const model::MasterAddress& address, model::Instant startup_time,
                             std::int64_t process_id) {
    const auto at = now();
    count_changes(masters.contains(address) ? 2 : 1);
    masters[address] = {address, model::HeartbeatForm::json, startup_time, process_id, at, at, at, ++last_session_id};
}

void FakeCluster::count_changes(std::size_t changes) {
    if (master_changes) *master_changes += static_cast<std::int64_t>(changes);
}

void FakeCluster::add_worker(const model::WorkerAddress& address, model::Instant startup_time,
                             std::int64_t process_id) {
    workers[address] = {model::HeartbeatForm::json, startup_time, process_id, now()};
}

const model::LiveMaster* FakeCluster::row(const model::MasterAddress& address) const {
    for (const auto* rows : {&masters, &still}) {
        if (const auto found = rows->find(address); found != rows->end()) return &found->second;
    }
    return nullptr;
}

void FakeCluster::report(const model::MasterAddress& address) {
    reports[address] = {masters.at(address), ++last_event};
}

void FakeCluster::set_marker(const std::string& name, const std::string& value) {
    marker_directory = true;
    const auto old = markers.find(name);
    const auto version = old == markers.end() ? 0 : old->second.version + 1;
    markers[name] = registry::failover_marker(name, value, version, now(), ++last_transaction);
}

namespace {

/// What a refreshed row differs by.
std::string value_of(const model::LiveMaster& master) {
    return std::to_string(model::epoch_ms(master.reported_at.value_or(master.written_at)));
}

/// Whether the row and the events of the address are what the guard's view saw.
bool as_seen(const FakeCluster& cluster, const model::TransactionGuard& guard) {
    const auto* row = cluster.row(guard.address);
    const auto& seen = guard.seen;
    if ((row != nullptr) != seen.has_value() || (row != nullptr && row->session_id != seen->client)) return false;
    if (seen && !seen->still) return true;  // a living master, which goes on reporting
    if (seen && seen->still->value != value_of(*row)) return false;
    const auto report = cluster.reports.find(guard.address);
    return report == cluster.reports.end() || report->second.event <= guard.events_seen;
}

std::string node_name(const std::string& prefix, std::int64_t sequence) {
    const auto number = std::to_string(sequence);
    return prefix + std::string(10 - number.size(), '0') + number;
}

}  // namespace

std::string FakeCluster::queue_for(const std::string& path, const std::string& data) {
    // Counted by parent, which is a container: it vanishes with its last child, and its successor begins anew. The
    // name's first part is nobody else's.
    if (locks[path].empty()) sequences[path] = 0;
    const auto own = "_c_fake" + std::to_string(last_sequence++) + "-lock-";
    locks[path].push_back({node_name(own, sequences[path]++), data, ++last_session_id, now(), ++last_transaction});
    return locks[path].back().node;
}

void FakeCluster::drop_stale(const std::string& path) {
    const auto queue = locks.find(path);
    if (queue == locks.end()) return;
    std::erase_if(queue->second, [&](const Contender& contender) {
        return std::ranges::any_of(still,
                                   [&](const auto& row) { return row.second.session_id == contender.session_id; });
    });
    if (queue->second.empty()) locks.erase(queue);
}

void FakeCluster::leave(const std::string& path, const std::string& node) {
    auto& queue = locks[path];
    std::erase_if(queue, [&](const Contender& contender) { return contender.node == node; });
    if (queue.empty()) locks.erase(path);
}

std::string FakeCluster::enter_line(const std::string& who) {
    leaders.push_back({node_name("_c_fake-latch-", last_sequence++), who, ++last_session_id, now()});
    return leaders.back().node;
}

void FakeCluster::leave_line(const std::string& node) {
    std::erase_if(leaders, [&](const Contender& contender) { return contender.node == node; });
}

void FakeCluster::end_session(std::int64_t session_id) {
    const auto of_session = [&](const Contender& contender) { return contender.session_id == session_id; };
    for (auto queue = locks.begin(); queue != locks.end();) {
        std::erase_if(queue->second, of_session);
        queue = queue->second.empty() ? locks.erase(queue) : std::next(queue);
    }
    std::erase_if(leaders, of_session);
}

std::optional<model::GuardRefusal> FakeCluster::enter_guard(const model::TransactionGuard& guard,
                                                            const std::string& who) {
    if (!leads(guard)) return model::GuardRefusal::not_leader;
    if (guard.lock_path.empty()) return std::nullopt;
    if (const auto queue = locks.find(guard.lock_path);
        queue != locks.end() && !queue->second.empty() && !guard.leaked_lock)
        return model::GuardRefusal::lock_taken;
    // The database would have us wait for the other transaction.
    if (kept_out.contains(guard.address)) return model::GuardRefusal::lock_taken;
    if (reported.contains(guard.address) || !as_seen(*this, guard)) return model::GuardRefusal::registered;
    locks[guard.lock_path].push_front({who, who, 0, now(), ++last_transaction});
    kept_out.insert(guard.address);
    return std::nullopt;
}

bool FakeCluster::leads(const model::TransactionGuard& guard) const {
    return every_ticket_leads || (!leaders.empty() && leaders.front().session_id == guard.ticket);
}

void FakeCluster::leave_guard(const model::TransactionGuard& guard, const std::string& who) {
    leave(guard.lock_path, who);
    kept_out.erase(guard.address);
}

class FakeRegistry::Lock final : public registry::HeldLock {
public:
    Lock(std::shared_ptr<FakeCluster> cluster, std::shared_ptr<Session> session, std::weak_ptr<FakeRegistry*> owner,
         std::string path, std::string node, std::set<std::string> passed)
        : cluster_(std::move(cluster)),
          session_(std::move(session)),
          owner_(std::move(owner)),
          path_(std::move(path)),
          node_(std::move(node)),
          passed_(std::move(passed)),
          session_id_(session_->id) {}

    ~Lock() override {
        (void)told(Operation::release, Moment::before);
        cluster_->leave(path_, node_);
        (void)told(Operation::release, Moment::after);
    }
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

    [[nodiscard]] bool still_held() override {
        if (!told(Operation::still_held, Moment::before)) return false;
        const auto owner = owner_.lock();
        const bool in_reach = !owner || (*owner)->out_of_reach.empty();
        const bool held = in_reach && (cluster_->in_database ? session_->id == session_id_ : stands(/*first=*/true));
        return told(Operation::still_held, Moment::after) && held;
    }

    [[nodiscard]] registry::Fencing fence(const model::Incarnation& dead, model::Instant value) override {
        const auto owner = owner_.lock();
        if (owner) {
            (*owner)->step(Operation::fence, Moment::before);
            (*owner)->require_reach();
        }
        const auto outcome = write_marker(dead, value);
        if (owner) (*owner)->step(Operation::fence, Moment::after);
        return outcome;
    }

    [[nodiscard]] std::optional<model::TransactionGuard> guard(const model::MasterAddress& host,
                                                               std::optional<std::int64_t> judged) override {
        if (!cluster_->in_database) return std::nullopt;
        model::TransactionGuard guard;
        guard.ticket = session_id_;
        guard.address = host;
        if (host.text.empty()) return guard;
        guard.lock_path = path_;
        if (!passed_.empty()) guard.leaked_lock = 1;
        if (judged) guard.seen = model::SeenRegistration{.row = 1, .client = *judged};
        if (const auto owner = owner_.lock()) {
            guard.events_seen =
                (*owner)->ignores_reports ? std::numeric_limits<std::int64_t>::max() : (*owner)->events_seen_;
            const auto& still = (*owner)->still_seen_;
            if (const auto row = still.find(host); !judged && row != still.end()) {
                guard.seen = model::SeenRegistration{
                    .row = 1,
                    .client = row->second.session_id,
                    .still = model::SeenRegistration::Still{.value = value_of(row->second), .stamp = std::nullopt}};
            }
        }
        guard.marker = marker_;
        return guard;
    }

private:
    [[nodiscard]] bool told(Operation operation, Moment moment) const noexcept {
        const auto owner = owner_.lock();
        return !owner || (*owner)->told(operation, moment);
    }

    /// Whether our node stands in the queue; `first`: behind nobody but those passed.
    [[nodiscard]] bool stands(bool first) const {
        const auto queue = cluster_->locks.find(path_);
        if (session_->id != session_id_ || queue == cluster_->locks.end()) return false;
        for (const auto& contender : queue->second) {
            if (contender.node == node_) return true;
            if (first && !passed_.contains(contender.node)) return false;
        }
        return false;
    }

    registry::Fencing write_marker(const model::Incarnation& dead, model::Instant value) {
        if (!registry::is_node_name(dead.address.text))
            throw Failure(ErrorKind::permanent, "not a node's name: " + dead.address.text);
        if (cluster_->in_database) {
            marker_ = {registry::marker_name(dead), registry::marker_value(value)};
            return registry::Fencing::fenced;
        }
        if (!stands(/*first=*/false)) return registry::Fencing::lock_lost;
        if (cluster_->masters.contains(dead.address)) return registry::Fencing::registered;
        if (!cluster_->marker_directory)
            throw Failure(ErrorKind::permanent, std::string{registry::path::markers} + " does not exist");
        const auto name = registry::marker_name(dead);
        if (!cluster_->markers.contains(name)) {
            cluster_->set_marker(name, registry::marker_value(value));
            cluster_->fences.emplace_back(dead, value);
        }
        return registry::Fencing::fenced;
    }

    std::shared_ptr<FakeCluster> cluster_;
    std::shared_ptr<Session> session_;
    std::weak_ptr<FakeRegistry*> owner_;
    std::string path_;
    std::string node_;
    std::set<std::string> passed_;
    std::int64_t session_id_;
    std::optional<model::GuardedMarker> marker_;  ///< in_database: to be written with the claim
};

FakeRegistry::FakeRegistry(std::shared_ptr<FakeCluster> cluster, std::string identity)
    : cluster_(std::move(cluster)),
      session_(std::make_shared<Session>(Session{++cluster_->last_session_id})),
      identity_(std::move(identity)),
      events_seen_(cluster_->last_event),
      self_(std::make_shared<FakeRegistry*>(this)) {}

FakeRegistry::~FakeRegistry() {
    leave_line();
}

bool FakeRegistry::told(Operation operation, Moment moment) const noexcept {
    try {
        step(operation, moment);
        return true;
    } catch (const std::exception&) {
        return false;
    }
}

void FakeRegistry::require_reach() const {
    if (!out_of_reach.empty()) throw Failure(ErrorKind::retry, out_of_reach);
}

void FakeRegistry::lose_session() {
    cluster_->end_session(session_->id);
    session_->id = ++cluster_->last_session_id;
}

std::map<model::MasterAddress, model::LiveMaster> FakeRegistry::alive() const {
    auto alive = cluster_->masters;
    if (believes_clocks) {
        std::erase_if(alive, [&](const auto& master) {
            return cluster_->now() - master.second.reported_at.value_or(cluster_->now()) > *believes_clocks;
        });
    }
    for (const auto& [address, report] : cluster_->reports) {
        if (report.event > events_seen_ && !ignores_reports && !cluster_->masters.contains(address))
            alive.emplace(address, report.master);
    }
    return alive;
}

void FakeRegistry::note_rows(const std::map<model::MasterAddress, model::LiveMaster>& alive) {
    events_seen_ = cluster_->last_event;
    for (const auto& [address, master] : alive) signs_[address] = cluster_->now();
    still_seen_.clear();
    for (const auto* rows : {&cluster_->masters, &cluster_->still}) {
        for (const auto& [address, master] : *rows) {
            if (!alive.contains(address)) still_seen_.emplace(address, master);
        }
    }
}

model::RegistryView FakeRegistry::observe() {
    model::RegistryView view;
    try {
        step(Operation::observe, Moment::before);
        require_reach();
        const auto note = [&](const std::string& address, const auto& startup, const auto& process_id) {
            if (!startup) {
                view.servers_of_unknown_startup.insert(address);
                return;
            }
            const auto name = address + "-" + std::to_string(model::epoch_ms(*startup));
            view.server_startups.insert(name);
            if (process_id) view.server_incarnations.insert(name + "-" + std::to_string(*process_id));
        };
        const auto registered = alive();
        for (const auto& [address, master] : registered) {
            view.masters.push_back(master);
            note(address.text, master.startup_time, master.process_id);
        }
        for (const auto& [address, heartbeat] : cluster_->workers) {
            view.workers.insert(address);
            note(address.text, heartbeat.startup_time, heartbeat.process_id);
        }
        view.marker_directory = cluster_->marker_directory;
        view.identity = cluster_->identity;
        view.in_database = cluster_->in_database;
        if (!view.in_database) view.master_changes = cluster_->master_changes;
        view.least_grace = cluster_->least_grace;
        for (const auto& [name, marker] : cluster_->markers) view.markers.push_back(marker);
        for (const auto& [path, queue] : cluster_->locks) {
            view.locks.mutex_in_global |= path == registry::path::master_failover_lock;
            view.locks.mutex_per_address |= path.starts_with(std::string{registry::path::master_failover_lock} + "/");
            view.locks.mutex_in_failover_masters |=
                path.starts_with(std::string{registry::path::failover_masters_lock} + "/");
        }
        view.session_id = session_->id;
        view.fresh = view.reached = true;
        if (not_fresh.empty()) note_rows(registered);
        if (view.in_database) {
            view.last_signs = signs_;
            for (const auto& [address, master] : registered) view.last_signs.erase(address);
        }
        step(Operation::observe, Moment::after);
        if (!not_fresh.empty()) {
            view = {};
            view.reached = true;
            view.session_id = session_->id;
            view.why_not_fresh = not_fresh;
        }
    } catch (const Failure& failure) {
        if (failure.kind() == ErrorKind::permanent) throw;
        view = {};
        view.why_not_fresh = failure.what();
        view.session_id = session_->id;
    }
    view.taken_at = cluster_->now();
    if (view.fresh) last_look_ = view;
    return view;
}

model::RegistryView FakeRegistry::observe_cached() {
    const auto before = last_look_;
    auto view = observe();
    const auto same = [](const auto& one, const auto& other) { return one.name == other.name; };
    const auto same_master = [](const auto& one, const auto& other) { return one.session_id == other.session_id; };
    if (!view.fresh || before.session_id != view.session_id ||
        !std::equal(view.masters.begin(), view.masters.end(), before.masters.begin(), before.masters.end(),
                    same_master) ||
        !std::equal(view.markers.begin(), view.markers.end(), before.markers.begin(), before.markers.end(), same))
        return view;
    view.markers = before.markers;
    last_look_ = view;
    return view;
}

std::optional<model::LiveMaster> FakeRegistry::registered(const model::MasterAddress& address) {
    step(Operation::registered, Moment::before);
    require_reach();
    if (!registry::is_node_name(address.text))
        throw Failure(ErrorKind::permanent, "not a node's name: " + address.text);
    const auto masters = alive();
    const auto master = masters.find(address);
    step(Operation::registered, Moment::after);
    if (master == masters.end()) return {};
    return master->second;
}

std::size_t FakeRegistry::live_master_count() {
    step(Operation::live_master_count, Moment::before);
    require_reach();
    const auto count = alive().size();
    step(Operation::live_master_count, Moment::after);
    return count;
}

std::optional<std::vector<std::string>> FakeRegistry::marker_names() {
    step(Operation::marker_names, Moment::before);
    require_reach();
    std::optional<std::vector<std::string>> names;
    if (cluster_->marker_directory) {
        names.emplace();
        for (const auto& [name, marker] : cluster_->markers) names->push_back(name);
    }
    step(Operation::marker_names, Moment::after);
    return names;
}

registry::LockAttempt FakeRegistry::acquire(const std::string& path, model::Milliseconds wait, std::stop_token stop,
                                            const registry::LeakProof& leaked) {
    step(Operation::acquire, Moment::before);
    require_reach();
    auto attempt = queue(path, wait, stop, leaked);
    step(Operation::acquire, Moment::after);
    return attempt;
}

registry::LockAttempt FakeRegistry::acquire_own(const std::string& name, model::Milliseconds wait,
                                                std::stop_token stop) {
    step(Operation::acquire_own, Moment::before);
    require_reach();
    if (!registry::is_node_name(name) || name == registry::path::own_leader)
        throw Failure(ErrorKind::permanent, "not a lock's name: " + name);
    auto attempt = queue(FakeCluster::own_place(name), wait, stop, {});
    step(Operation::acquire_own, Moment::after);
    return attempt;
}

registry::LockAttempt FakeRegistry::queue(const std::string& place, model::Milliseconds wait,
                                          const std::stop_token& stop, const registry::LeakProof& leaked) {
    // In the database nothing is held between transactions, so nothing is queued for: the row is looked at.
    std::string node;
    if (!cluster_->in_database) {
        node = cluster_->queue_for(place, identity_);
        cluster_->locks[place].back().session_id = session_->id;
    }
    bool taken = false;
    // Leaves the queue when given up, whatever is thrown.
    const auto leaving = std::shared_ptr<void>(nullptr, [&](void*) {
        if (!taken) cluster_->leave(place, node);
    });
    std::set<std::string> passed;
    const auto blocked_by = [&]() -> std::optional<registry::LockHolder> {
        passed.clear();
        if (cluster_->in_database) {
            cluster_->drop_stale(place);
            if (!cluster_->locks.contains(place)) return {};
        }
        const auto line = cluster_->locks[place];  // a copy: the proof may look at the cluster, and change it
        for (const auto& one : line) {
            if (one.node == node) return {};
            registry::LockHolder holder{one.node, one.data, one.session_id, one.since, one.created_in};
            if (!leaked || !leaked(holder)) return holder;
            passed.insert(one.node);
        }
        if (cluster_->in_database) return {};
        throw Failure(ErrorKind::retry, "our node in the queue is gone");
    };
    auto holder = blocked_by();
    if (holder && wait.count() > 0 && !stop.stop_requested()) {
        if (on_wait) on_wait(wait);
        holder = blocked_by();
    }
    if (holder) return {nullptr, std::move(holder)};
    taken = true;
    return {std::make_unique<Lock>(cluster_, session_, self_, place, node, std::move(passed)), {}};
}

registry::Leadership FakeRegistry::lead() {
    step(Operation::lead, Moment::before);
    require_reach();
    const auto in_line = [&](const auto& contender) { return contender.node == line_node_; };
    if (std::none_of(cluster_->leaders.begin(), cluster_->leaders.end(), in_line)) {
        // A ticket that expired is dead for ever.
        if (cluster_->in_database && had_ticket_) session_->id = ++cluster_->last_session_id;
        had_ticket_ = true;
        line_node_ = cluster_->enter_line(identity_);
        cluster_->leaders.back().session_id = session_->id;
    }
    auto leadership = line();
    step(Operation::lead, Moment::after);
    return leadership;
}

registry::Leadership FakeRegistry::leadership() {
    step(Operation::leadership, Moment::before);
    require_reach();
    auto leadership = line();
    step(Operation::leadership, Moment::after);
    return leadership;
}

void FakeRegistry::resign() {
    (void)told(Operation::resign, Moment::before);
    leave_line();
    (void)told(Operation::resign, Moment::after);
}

registry::Leadership FakeRegistry::line() const {
    registry::Leadership leadership;
    for (const auto& one : cluster_->leaders) leadership.replicas.push_back(one.data);
    if (cluster_->leaders.empty()) return leadership;
    leadership.leader = cluster_->leaders.front().data;
    leadership.leads = cluster_->leaders.front().node == line_node_;
    return leadership;
}

void FakeRegistry::leave_line() {
    cluster_->leave_line(line_node_);
    line_node_.clear();
}

std::vector<registry::MarkerRemoval> FakeRegistry::remove_markers(std::span<const model::FailoverMarker> markers) {
    step(Operation::remove_markers, Moment::before);
    require_reach();
    std::vector<registry::MarkerRemoval> outcomes;
    for (const auto& marker : markers) {
        const auto found = cluster_->markers.find(marker.name);
        if (found == cluster_->markers.end()) {
            outcomes.push_back(registry::MarkerRemoval::gone_already);
        } else if (found->second.version != marker.version) {
            outcomes.push_back(registry::MarkerRemoval::changed);
        } else {
            cluster_->markers.erase(found);
            outcomes.push_back(registry::MarkerRemoval::removed);
        }
    }
    step(Operation::remove_markers, Moment::after);
    return outcomes;
}

}  // namespace dsr::fakes
