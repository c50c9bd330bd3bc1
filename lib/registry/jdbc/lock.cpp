// SPDX-License-Identifier: Apache-2.0
#include "registry/jdbc/lock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/sleep.hpp"
#include "base/text.hpp"
#include "model/failure.hpp"
#include "registry/jdbc/schema.hpp"
#include "registry/layout.hpp"
#include "registry/marker_name.hpp"
#include "store/sql/statement.hpp"

namespace dsr::registry::jdbc {

using model::ErrorKind;
using model::Failure;
using store::Statement;
using namespace std::chrono_literals;

namespace {

constexpr auto poll = 200ms;
constexpr const char* remedy_of_3_2 =
    "if it stays, its holder is dead: DolphinScheduler 3.2 deletes such a row when one of its servers starts, so start "
    "or restart a master, a worker, an API server or an alert server";

struct LockRow {
    std::int64_t id = 0;
    std::string key;
    std::string owner;
    std::int64_t client = 0;
    std::int64_t created = 0;
    std::optional<std::int64_t> stamp;  ///< of its client; nothing when that has no row
};

class JdbcLock final : public HeldLock {
public:
    JdbcLock(std::shared_ptr<Place> place, std::string path, std::optional<std::int64_t> leaked)
        : place_(std::move(place)),
          path_(std::move(path)),
          leaked_(leaked),
          judged_(place_->view.judged()),
          ticket_(place_->replicas.ticket()) {}

    [[nodiscard]] bool still_held() override { return ticket_ != 0 && place_->replicas.ticket() == ticket_; }

    [[nodiscard]] Fencing fence(const model::Incarnation& dead, model::Instant value) override {
        require_node_name(dead.address);
        if (!still_held()) return Fencing::lock_lost;
        auto& session = place_->store.session();
        const auto directory = session.run("looking for failover markers", [&](soci::session& connection) {
            return Statement(connection, session.dialect(), place_->sql.marker_directory).first<long long>();
        });
        if (directory.value_or(0) == 0)
            throw Failure(ErrorKind::permanent, "the JDBC registry has no " + std::string{path::markers} +
                                                    ": this cluster has no failover-finish markers");
        marker_ = model::GuardedMarker{marker_name(dead), marker_value(value)};
        return Fencing::fenced;
    }

    [[nodiscard]] std::optional<model::TransactionGuard> guard(const model::MasterAddress& host,
                                                               std::optional<std::int64_t> judged) override {
        if (!still_held())
            throw Failure(ErrorKind::retry,
                          "this daemon's ticket in ds_reconciler_replicas ended since it took the failover lock");
        model::TransactionGuard guard;
        guard.ticket = ticket_;
        if (host.text.empty()) return guard;
        guard.lock_path = path_;
        guard.leaked_lock = leaked_;
        guard.address = host;
        guard.seen = seen_as(host, judged);
        guard.events_seen = judged_->newest_event;
        guard.marker = marker_;
        return guard;
    }

private:
    /// The registration that the rows were judged by. One that this lock's view shows otherwise fits no row.
    [[nodiscard]] std::optional<model::SeenRegistration> seen_as(const model::MasterAddress& host,
                                                                 std::optional<std::int64_t> judged) const {
        const auto seen = judged_->masters.find(host);
        const bool there = seen != judged_->masters.end();
        const bool live = there && !seen->second.still;
        if (judged)
            return live && seen->second.client == *judged ? seen->second : model::SeenRegistration{0, *judged, {}};
        return live || !there ? std::nullopt : std::optional(seen->second);
    }

    std::shared_ptr<Place> place_;
    std::string path_;
    std::optional<std::int64_t> leaked_;
    std::shared_ptr<const Judged> judged_;  ///< by what its host was absent
    std::int64_t ticket_;
    std::optional<model::GuardedMarker> marker_;
};

std::optional<LockRow> read_row(Place& place, const std::string& path) {
    auto& session = place.store.session();
    std::optional<LockRow> row;
    session.run("reading the failover lock " + path, [&](soci::session& connection) {
        Statement statement(connection, session.dialect(), place.sql.lock_row);
        statement.use("key", path);
        store::for_each_row(statement, [&](long long id, std::string key, std::string owner, long long client,
                                           long long created, std::optional<long long> stamp) {
            row = LockRow{id, std::move(key), std::move(owner), client, created, stamp};
        });
    });
    return row;
}

/// Deletes the row of a client that is dead, unless that came back.
bool drop_stale(Place& place, const LockRow& row) {
    auto& session = place.store.session();
    const auto deleted = session.run("deleting a dead client's failover lock", [&](soci::session& connection) {
        Statement statement(connection, session.dialect(), place.sql.drop_stale);
        statement.use("id", static_cast<long long>(row.id))
            .use("client", static_cast<long long>(row.client))
            .use("stamp", static_cast<long long>(row.stamp.value_or(-1)))
            .run();
        return statement.affected_rows();
    });
    if (deleted != 0 && place.log)
        place.log(LogLevel::info,
                  fmt::format("the lock {} of {} was deleted: its client {} {}", row.key, base::printable(row.owner),
                              row.client, row.stamp ? "stood still for its whole session time" : "has no row"));
    return deleted != 0;
}

/// The creation that a marker must come after to prove that the row was leaked. Only the holder's own clock made both
/// times of a proof; markers of others must not pass for one.
std::int64_t comparable_creation(const LockRow& row, const Judged& judged) {
    auto created = row.created;
    const auto address = row.key.substr(row.key.rfind('/') + 1);
    const auto [begin, end] = judged.markers.equal_range(address);
    for (auto marker = begin; marker != end; ++marker)
        if (marker->second.client != row.client) created = std::max(created, marker->second.created);
    return created;
}

LockHolder holder_of(const LockRow& row, const Judged& judged, model::Instant since) {
    return {.node = row.key,
            .data = base::printable(row.owner),
            .session_id = row.client,
            .since = since,
            .created_in = comparable_creation(row, judged),
            .held_from_creation = true};
}

}  // namespace

LockAttempt acquire_lock(const std::shared_ptr<Place>& place, const std::string& path, model::Milliseconds wait,
                         const std::stop_token& stop, const LeakProof& leaked) {
    if (place->replicas.ticket() == 0) (void)place->replicas.lead();
    const auto until = Clock::now() + std::min<model::Milliseconds>(wait, 24h);
    std::optional<LockRow> before;
    model::Instant since;
    for (;;) {
        const bool give_up = stop.stop_requested() || Clock::now() >= until;
        auto row = read_row(*place, path);
        const bool may_be_stale = row && !place->sql.drop_stale.empty();
        if (may_be_stale && place->view.dead(row->client, row->stamp) && drop_stale(*place, *row)) row.reset();
        if (!row) {
            place->view.watch(stop);
            return {std::make_unique<JdbcLock>(place, path, std::nullopt), {}};
        }
        const bool changed = !before || before->id != row->id;
        if (changed) since = model::system_now();
        if (changed || give_up) {
            auto holder = holder_of(*row, *place->view.judged(), since);
            if (!may_be_stale) holder.remedy = remedy_of_3_2;
            if (leaked && leaked(holder)) return {std::make_unique<JdbcLock>(place, path, row->id), {}};
            if (give_up) return {nullptr, std::move(holder)};
        }
        before = std::move(row);
        base::sleep_for(std::min<Clock::duration>(until - Clock::now(), poll), stop);
    }
}

LockAttempt acquire_own_lock(const std::shared_ptr<Place>& place) {
    const auto line = place->replicas.lead();
    if (line.leads) return {std::make_unique<JdbcLock>(place, "", std::nullopt), {}};
    return {nullptr, LockHolder{.node = "leader", .data = line.leader, .since = model::system_now()}};
}

}  // namespace dsr::registry::jdbc
