// SPDX-License-Identifier: Apache-2.0
#include "registry/jdbc/jdbc_registry.hpp"

#include <algorithm>
#include <utility>

#include "base/sleep.hpp"
#include "model/failure.hpp"
#include "registry/layout.hpp"
#include "store/sql/statement.hpp"

namespace dsr::registry {

using model::ErrorKind;
using model::Failure;
using store::Statement;
using namespace std::chrono_literals;

namespace {

constexpr model::Milliseconds poll = 100ms;

}  // namespace

JdbcRegistry::JdbcRegistry(JdbcOptions options, store::SociStore& store, Log log)
    : shutdown_(std::move(options.shutdown)),
      first_wait_(options.first_wait),
      place_(std::make_shared<jdbc::Place>(
          store, options.life,
          jdbc::ReplicaOptions{std::move(options.identity), options.ttl, std::move(options.on_link)}, std::move(log))) {
}

JdbcRegistry::~JdbcRegistry() {
    place_->replicas.resign();
}

/// The first view would have nothing to be compared with, so it waits until something moves.
jdbc::JdbcView::Result JdbcRegistry::look() {
    auto& view = place_->view;
    auto result = view.observe(place_->replicas.ticket());
    if (std::exchange(waited_, waited_ || result.view.reached) || !result.view.reached) return result;
    const auto until = jdbc::Clock::now() + first_wait_;
    for (auto now = jdbc::Clock::now(); !view.anything_moved() && now < until && !shutdown_.stop_requested();
         now = jdbc::Clock::now()) {
        base::sleep_for(std::min<jdbc::Clock::duration>(until - now, poll), shutdown_);
        result = view.observe(place_->replicas.ticket());
    }
    return result;
}

model::RegistryView JdbcRegistry::observe() {
    auto& replicas = place_->replicas;
    auto result = look();
    if (result.ticket_lives)
        replicas.noted(*result.ticket_lives);
    else
        replicas.cut_off();
    result.view.session_id = replicas.ticket();
    result.view.taken_at = model::system_now();
    return std::move(result.view);
}

std::optional<model::LiveMaster> JdbcRegistry::registered(const model::MasterAddress& address) {
    return place_->view.registered(address);
}

std::size_t JdbcRegistry::live_master_count() {
    return place_->view.live_masters();
}

std::optional<std::vector<std::string>> JdbcRegistry::marker_names() {
    return place_->view.marker_names();
}

LockAttempt JdbcRegistry::acquire(const std::string& path, model::Milliseconds wait, std::stop_token stop,
                                  const LeakProof& leaked) {
    return jdbc::acquire_lock(place_, path, wait, stop, leaked);
}

LockAttempt JdbcRegistry::acquire_own(const std::string& name, model::Milliseconds, std::stop_token) {
    if (!is_node_name(name) || name == path::own_leader)
        throw Failure(ErrorKind::permanent, "'" + name + "' is not a valid name for a lock of this daemon");
    return jdbc::acquire_own_lock(place_);
}

std::vector<MarkerRemoval> JdbcRegistry::remove_markers(std::span<const model::FailoverMarker> markers) {
    auto& session = place_->store.session();
    const auto& sql = place_->sql;
    std::vector<MarkerRemoval> outcome;
    outcome.reserve(markers.size());
    for (const auto& marker : markers) {
        const auto key = std::string{path::markers} + "/" + marker.name;
        outcome.push_back(session.run("removing failover markers", [&](soci::session& connection) {
            Statement removal(connection, session.dialect(), sql.remove_marker);
            removal.use("id", static_cast<long long>(marker.version)).use("key", key).use("value", marker.value).run();
            if (removal.affected_rows() != 0) return MarkerRemoval::removed;
            Statement left(connection, session.dialect(), sql.data_row);
            const auto found = left.use("key", key).first<long long>();
            return found.value_or(0) == 0 ? MarkerRemoval::gone_already : MarkerRemoval::changed;
        }));
    }
    return outcome;
}

}  // namespace dsr::registry
