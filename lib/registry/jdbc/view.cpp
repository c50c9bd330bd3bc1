// SPDX-License-Identifier: Apache-2.0
#include "registry/jdbc/view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <string_view>
#include <utility>

#include "base/sleep.hpp"
#include "model/failure.hpp"
#include "registry/heartbeat.hpp"
#include "registry/jdbc/schema.hpp"
#include "registry/layout.hpp"
#include "registry/marker_name.hpp"

namespace dsr::registry::jdbc {

using model::ErrorKind;
using model::Failure;
using model::RegistryView;
using Standing = SignsOfLife::Standing;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view masters_prefix = "/nodes/master/";
constexpr std::string_view workers_prefix = "/nodes/worker/";

/// One return of a row may be a race between a purge and a registration.
constexpr std::size_t flapping = 2;

}  // namespace

Look JdbcView::look(const LookAt& what) {
    try {
        return look_at(store_.session(), sql_, what);
    } catch (const Failure& failure) {
        throw with_remedy(failure);
    }
}

/// An upgrade of DolphinScheduler to 3.3 makes the tables anew.
void JdbcView::use_form(JdbcForm form) {
    if (form == sql_.form) return;
    sql_ = jdbc_sql(store_.session().settings().kind, form);
    events_ = {};
}

void JdbcView::require_servers(const Look& look) {
    any_client_ = any_client_ || !look.signs.clients.empty();
    if (look.masters_row && any_client_) return;
    const bool terms = sql_.form == JdbcForm::terms;
    const char* const clients =
        terms ? "row of a server in t_ds_jdbc_registry_data" : "row in t_ds_jdbc_registry_client_heartbeat";
    throw Failure(
        ErrorKind::retry,
        fmt::format("the {} holds no {}: no server of DolphinScheduler registers in the JDBC registry there; "
                    "check registry.type{}",
                    store::describe(store_.session().settings()),
                    look.masters_row ? clients : "row /nodes/master in t_ds_jdbc_registry_data",
                    terms ? " (a registry of 3.2.0 or 3.2.1 in a database of its own is not supported)" : ""));
}

std::string JdbcView::why_not_fresh(const Look& look) const {
    if (!signs_.anything_moved())
        return "no server of DolphinScheduler has refreshed its row in the JDBC registry since this daemon's first "
               "look: nobody is known to be alive yet";
    if (signs_.standstill())
        return "the JDBC registry is at a standstill: no server of DolphinScheduler refreshes its row, so nobody can "
               "be told dead from alive; start a master, a worker or an API server";
    if (look.events_deleted)
        return "events of the JDBC registry were deleted since the view before, perhaps unread: this view proves no "
               "absence";
    return {};
}

JdbcView::Result JdbcView::observe(std::int64_t ticket) {
    Result result;
    auto& view = result.view;
    try {
        const auto schema = inspect_schema(store_.session(), sql_);
        use_form(schema.form);
        auto seen = look({.before = events_, .ticket = schema.replicas ? ticket : 0});
        add_sightings(seen);
        result.ticket_lives = seen.ticket_lives;
        if (seen.standby)
            throw Failure(ErrorKind::retry, store::describe(store_.session().settings()) +
                                                " is read-only, such as a hot standby: what it shows may be late; "
                                                "point the reconciler at the primary");
        signs_.take(seen.signs);
        sightings_.clear();
        watched_ = false;
        events_ = seen.events;
        reports_ = seen.signs.reports;
        judge(seen);
        view.reached = true;
        require_servers(seen);
        view.identity = fmt::format("jdbc {}", *seen.masters_row);
        view.why_not_fresh = why_not_fresh(seen);
        view.fresh = view.why_not_fresh.empty();
        view.least_grace = signs_.longest_timeout();
        for (const auto& [key, sign] : signs_.last_signs()) {
            if (key.starts_with(masters_prefix))
                view.last_signs.emplace(model::MasterAddress{key.substr(masters_prefix.size())}, sign);
        }
        read_servers(seen, view);
        view.marker_directory = seen.marker_directory;
        read_markers(seen, view);
        view.locks = seen.locks;
    } catch (const Failure& failure) {
        if (!view.reached) signs_.restart(Clock::now());
        if (failure.kind() == ErrorKind::permanent) throw;
        view.why_not_fresh = failure.what();
    }
    if (!view.fresh) {  // a partial view is not returned: unknown is never "none"
        RegistryView unknown;
        unknown.reached = view.reached;
        unknown.why_not_fresh = std::move(view.why_not_fresh);
        unknown.remarks = std::move(view.remarks);
        view = std::move(unknown);
    }
    view.in_database = true;
    return result;
}

std::optional<DataRow> JdbcView::living_row(const std::string& key, const Look& look) const {
    switch (signs_.standing(key, look.signs)) {
        case Standing::alive:
            return look.signs.rows.at(key);
        case Standing::reported: {
            const auto now = look.signs.reports.find(key);
            const auto& report = now != look.signs.reports.end() ? now->second : reports_.at(key);
            return DataRow{0, report.client, report.value};
        }
        case Standing::absent:
        case Standing::still:
            break;
    }
    return std::nullopt;
}

std::optional<model::LiveMaster> JdbcView::live_master(const std::string& key, const Look& look) const {
    const auto row = living_row(key, look);
    if (!row) return std::nullopt;
    const auto times = signs_.times(key, *row, look.signs);
    auto master = registry::live_master({key.substr(masters_prefix.size())}, parse_heartbeat(row->value));
    master.registered_at = times.registered.by;
    master.registered_after = times.registered.after;
    master.written_at = times.written.by;
    master.written_after = times.written.after;
    // A row that was purged and put again is the same registration as long as its client is the same.
    master.session_id = row->client;
    return master;
}

void JdbcView::read_servers(const Look& look, RegistryView& view) const {
    std::set<std::string> keys;
    for (const auto& [key, row] : look.signs.rows) keys.insert(key);
    for (const auto& [key, report] : look.signs.reports) keys.insert(key);
    for (const auto& key : keys) {
        if (signs_.standing(key) == Standing::still) {
            view.remarks.push_back(
                fmt::format("{} is still registered, but counts as dead: neither its row nor its "
                            "client's changed since {}, and no server purges it",
                            key, model::rfc3339(signs_.times(key, look.signs.rows.at(key), look.signs).written.by)));
            continue;
        }
        if (signs_.comebacks(key) >= flapping) {
            view.remarks.push_back(fmt::format(
                "{} was removed from the registry repeatedly and put itself there again: {}", key,
                sql_.form == JdbcForm::terms
                    ? "another server purged it, because it did not refresh its row for 6 s by that server's clock; "
                      "synchronize the clocks of all servers, and look for pauses of this one"
                    : "it was purged while it was suspended or could not refresh its client's row, and every purge "
                      "removes it again; restart it"));
        }
        if (key.starts_with(masters_prefix)) {
            auto master = live_master(key, look);
            if (!master) continue;
            note_incarnation(view, master->address.text, *master);
            view.masters.push_back(std::move(*master));
        } else if (const auto row = living_row(key, look)) {
            const auto address = key.substr(workers_prefix.size());
            view.workers.insert({address});
            note_incarnation(view, address, parse_heartbeat(row->value));
        }
    }
}

void JdbcView::read_markers(const Look& look, RegistryView& view) {
    std::map<std::string, MarkerSeen> seen;
    for (const auto& [name, row] : look.markers) {
        const auto known = marker_seen_.find(name);
        const bool same = known != marker_seen_.end() && known->second.id == row.id && known->second.value == row.value;
        // First seen: never earlier than written, so a rule that asks for markers since a loss finds them all.
        const auto since = same ? known->second.since : look.signs.answered;
        seen.emplace(name, MarkerSeen{row.id, row.value, since});
        // One without a client is ours, by another clock than a lock's.
        const auto created = row.client == 0 ? 0 : row.created;
        view.markers.push_back(failover_marker(name, row.value, row.id, since, created));
    }
    marker_seen_ = std::move(seen);
}

void JdbcView::judge(const Look& look) {
    auto judged = std::make_shared<Judged>();
    judged->newest_event = look.events.newest;
    for (const auto& [key, row] : look.signs.rows) {
        if (!key.starts_with(masters_prefix)) continue;
        if (auto seen = signs_.seen(key))
            judged->masters.emplace(model::MasterAddress{key.substr(masters_prefix.size())}, std::move(*seen));
    }
    for (const auto& [name, row] : look.markers) {
        const auto parsed = parse_marker_name(name);
        if (parsed && row.client != 0 && row.created != 0)
            judged->markers.emplace(parsed->address, Judged::Marker{row.client, row.created});
    }
    judged_ = std::move(judged);
}

Look JdbcView::look_at_masters() {
    auto seen = look({.masters_only = true, .before = events_});
    require_servers(seen);
    if (sql_.form == JdbcForm::clients) return seen;
    for (const auto& [key, row] : seen.signs.rows) {
        if (signs_.standing(key, seen.signs) == Standing::alive)
            sightings_.insert_or_assign(key, Report{row.client, row.value});
    }
    add_sightings(seen);
    return seen;
}

void JdbcView::add_sightings(Look& look) const {
    for (const auto& [key, sighting] : sightings_)
        if (!look.signs.rows.contains(key)) look.signs.reports.emplace(key, sighting);
}

void JdbcView::watch(const std::stop_token& stop) {
    if (sql_.form == JdbcForm::clients || std::exchange(watched_, true)) return;
    for (const auto until = Clock::now() + watch_; Clock::now() < until && !stop.stop_requested();) {
        (void)look_at_masters();
        base::sleep_for(std::min<Clock::duration>(until - Clock::now(), 100ms), stop);
    }
}

std::optional<model::LiveMaster> JdbcView::registered(const model::MasterAddress& address) {
    require_node_name(address);
    return live_master(std::string{masters_prefix} + address.text, look_at_masters());
}

std::size_t JdbcView::live_masters() {
    const auto seen = look_at_masters();
    std::set<std::string> keys;
    for (const auto& [key, report] : reports_) keys.insert(key);
    for (const auto& [key, report] : seen.signs.reports) keys.insert(key);
    for (const auto& [key, row] : seen.signs.rows) keys.insert(key);
    return static_cast<std::size_t>(std::count_if(keys.begin(), keys.end(), [&](const std::string& key) {
        return key.starts_with(masters_prefix) && living_row(key, seen);
    }));
}

std::optional<std::vector<std::string>> JdbcView::marker_names() {
    const auto seen = look({.before = events_});
    if (!seen.marker_directory) return std::nullopt;
    std::vector<std::string> names;
    names.reserve(seen.markers.size());
    for (const auto& [name, row] : seen.markers) names.push_back(name);
    return names;
}

}  // namespace dsr::registry::jdbc
