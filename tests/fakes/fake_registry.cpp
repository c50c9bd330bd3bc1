// SPDX-License-Identifier: Apache-2.0
#include "fakes/fake_registry.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "model/failure.hpp"
#include "registry/layout.hpp"
#include "registry/marker_name.hpp"

namespace dsr::fakes {

using model::Failure;
using model::Meaning;

FakeCluster::FakeCluster() {
    now = [] { return std::chrono::time_point_cast<model::Instant::duration>(std::chrono::system_clock::now()); };
}

void FakeCluster::add_master(const model::MasterAddress& address, model::Instant startup_time,
                             std::int64_t process_id) {
    const auto at = now();
    masters[address] = {address, model::HeartbeatForm::json, startup_time, process_id, at, at, at, ++last_session_id};
}

void FakeCluster::add_worker(const model::WorkerAddress& address, model::Instant startup_time,
                             std::int64_t process_id) {
    workers[address] = {model::HeartbeatForm::json, startup_time, process_id, now()};
}

void FakeCluster::set_marker(const std::string& name, const std::string& value) {
    marker_directory = true;
    const auto old = markers.find(name);
    const auto version = old == markers.end() ? 0 : old->second.version + 1;
    markers[name] = registry::failover_marker(name, value, version, now());
}

std::string FakeCluster::queue_for(const std::string& path, const std::string& data) {
    auto number = std::to_string(last_sequence++);
    const auto node = "_c_fake-lock-" + std::string(10 - number.size(), '0') + number;
    locks[path].push_back({node, data, ++last_session_id, now()});
    return node;
}

void FakeCluster::leave(const std::string& path, const std::string& node) {
    auto& queue = locks[path];
    std::erase_if(queue, [&](const Contender& contender) { return contender.node == node; });
    if (queue.empty()) locks.erase(path);
}

class FakeRegistry::Lock final : public registry::HeldLock {
public:
    Lock(std::shared_ptr<FakeCluster> cluster, std::shared_ptr<Session> session, std::weak_ptr<FakeRegistry*> owner,
         std::string path, std::string node)
        : cluster_(std::move(cluster)),
          session_(std::move(session)),
          owner_(std::move(owner)),
          path_(std::move(path)),
          node_(std::move(node)),
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
        const auto queue = cluster_->locks.find(path_);
        const bool held = in_reach && session_->id == session_id_ && queue != cluster_->locks.end() &&
                          queue->second.front().node == node_;
        return told(Operation::still_held, Moment::after) && held;
    }

private:
    /// Runs the hook; false when it threw.
    [[nodiscard]] bool told(Operation operation, Moment moment) const {
        try {
            if (const auto owner = owner_.lock()) (*owner)->step(operation, moment);
            return true;
        } catch (const std::exception&) {
            return false;
        }
    }

    std::shared_ptr<FakeCluster> cluster_;
    std::shared_ptr<Session> session_;
    std::weak_ptr<FakeRegistry*> owner_;
    std::string path_;
    std::string node_;
    std::int64_t session_id_;
};

FakeRegistry::FakeRegistry(std::shared_ptr<FakeCluster> cluster, std::string identity)
    : cluster_(std::move(cluster)),
      session_(std::make_shared<Session>(Session{++cluster_->last_session_id})),
      identity_(std::move(identity)),
      self_(std::make_shared<FakeRegistry*>(this)) {}

void FakeRegistry::require_reach() const {
    if (!out_of_reach.empty()) throw Failure(Meaning::retry, out_of_reach);
}

void FakeRegistry::lose_session() {
    for (auto queue = cluster_->locks.begin(); queue != cluster_->locks.end();) {
        std::erase_if(queue->second, [&](const auto& contender) { return contender.session_id == session_->id; });
        queue = queue->second.empty() ? cluster_->locks.erase(queue) : std::next(queue);
    }
    session_->id = ++cluster_->last_session_id;
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
        for (const auto& [address, master] : cluster_->masters) {
            view.masters.push_back(master);
            note(address.text, master.startup_time, master.process_id);
        }
        for (const auto& [address, heartbeat] : cluster_->workers) {
            view.workers.insert(address);
            note(address.text, heartbeat.startup_time, heartbeat.process_id);
        }
        view.marker_directory = cluster_->marker_directory;
        for (const auto& [name, marker] : cluster_->markers) view.markers.push_back(marker);
        for (const auto& [path, queue] : cluster_->locks) {
            view.locks.mutex_in_global |= path == registry::path::master_failover_lock;
            view.locks.mutex_per_address |= path.starts_with(std::string{registry::path::master_failover_lock} + "/");
            view.locks.mutex_in_failover_masters |=
                path.starts_with(std::string{registry::path::failover_masters_lock} + "/");
        }
        view.session_id = session_->id;
        view.fresh = view.reached = true;
        step(Operation::observe, Moment::after);
    } catch (const Failure& failure) {
        if (failure.meaning() == Meaning::refused) throw;
        view = {};
        view.why_not_fresh = failure.what();
        view.session_id = session_->id;
    }
    view.taken_at = cluster_->now();
    return view;
}

std::optional<model::LiveMaster> FakeRegistry::registered(const model::MasterAddress& address) {
    step(Operation::registered, Moment::before);
    require_reach();
    if (!registry::is_node_name(address.text)) throw Failure(Meaning::refused, "not a node's name: " + address.text);
    const auto master = cluster_->masters.find(address);
    step(Operation::registered, Moment::after);
    if (master == cluster_->masters.end()) return {};
    return master->second;
}

std::size_t FakeRegistry::live_master_count() {
    step(Operation::live_master_count, Moment::before);
    require_reach();
    const auto count = cluster_->masters.size();
    step(Operation::live_master_count, Moment::after);
    return count;
}

registry::LockAttempt FakeRegistry::acquire(const std::string& path, model::Milliseconds wait, std::stop_token stop) {
    step(Operation::acquire, Moment::before);
    require_reach();
    const auto node = cluster_->queue_for(path, identity_);
    cluster_->locks[path].back().session_id = session_->id;
    const auto first = [&] { return cluster_->locks[path].front(); };
    if (first().node != node && on_wait && wait.count() > 0 && !stop.stop_requested()) on_wait(wait);
    registry::LockAttempt attempt;
    if (const auto holder = first(); holder.node == node) {
        attempt.lock = std::make_unique<Lock>(cluster_, session_, self_, path, node);
    } else {
        attempt.holder = registry::LockHolder{holder.node, holder.data, holder.session_id, holder.since};
        cluster_->leave(path, node);
    }
    step(Operation::acquire, Moment::after);
    return attempt;
}

registry::MarkerRemoval FakeRegistry::remove_marker(const model::FailoverMarker& marker) {
    step(Operation::remove_marker, Moment::before);
    require_reach();
    const auto found = cluster_->markers.find(marker.name);
    auto outcome = registry::MarkerRemoval::gone_already;
    if (found != cluster_->markers.end() && found->second.version != marker.version) {
        outcome = registry::MarkerRemoval::changed;
    } else if (found != cluster_->markers.end()) {
        cluster_->markers.erase(found);
        outcome = registry::MarkerRemoval::removed;
    }
    step(Operation::remove_marker, Moment::after);
    return outcome;
}

}  // namespace dsr::fakes
