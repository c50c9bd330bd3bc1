// SPDX-License-Identifier: Apache-2.0
#include "registry/jdbc/look.hpp"

#include <string_view>
#include <utility>

#include "registry/jdbc/texts.hpp"
#include "registry/layout.hpp"
#include "store/sql/registrant.hpp"
#include "store/sql/statement.hpp"

namespace dsr::registry::jdbc {
namespace {

/// The name below the path; empty for a key that DolphinScheduler would not put there.
std::string name_below(std::string_view path, const std::string& key) {
    if (key.size() <= path.size() || !key.starts_with(path) || key[path.size()] != '/') return {};
    auto name = key.substr(path.size() + 1);
    return is_node_name(name) ? name : std::string{};
}

bool is_server(const std::string& key) {
    // "default", a group of workers, is left over from 3.1.0.
    return !name_below(path::masters, key).empty() || name_below(path::workers, key).find(':') != std::string::npos;
}

/// Reads over one connection, in one transaction.
class Reader {
public:
    Reader(soci::session& connection, const store::Dialect& dialect, const JdbcSql& sql)
        : connection_(connection), dialect_(dialect), sql_(sql) {}

    Look read(const LookAt& what) {
        Look look;
        look.standby = number(sql_.standby) != 0;
        if (!sql_.clients.empty()) read_clients(look);
        read_data(look, what);
        if (!sql_.events.empty()) read_events(look, what.before);
        if (!what.masters_only) read_locks(look);
        if (what.ticket != 0) look.ticket_lives = number(sql_.ticket, "ticket", what.ticket) != 0;
        return look;
    }

private:
    std::int64_t number(const std::string& sql) {
        return store::Statement(connection_, dialect_, sql).first<long long>().value_or(0);
    }
    std::int64_t number(const std::string& sql, const std::string& name, std::int64_t value) {
        store::Statement statement(connection_, dialect_, sql);
        return statement.use(name, static_cast<long long>(value)).first<long long>().value_or(0);
    }

    void read_clients(Look& look) {
        store::Statement statement(connection_, dialect_, sql_.clients);
        store::for_each_row(statement,
                            [&](long long id, const std::string&, long long stamp, const std::string& config) {
                                look.signs.clients[id] = {stamp, session_timeout(config)};
                            });
    }

    void read_data(Look& look, const LookAt& what) {
        const std::string masters{path::masters};
        store::Statement statement(connection_, dialect_, sql_.data);
        statement.use("first", what.masters_only ? masters : "/nodes/");
        statement.use("last", what.masters_only ? masters + "0" : "/nodes0");
        store::for_each_row(statement, [&](long long id, const std::string& key, std::string value, long long client,
                                           long long created, int again, long long term) {
            // 3.2 has no clients: the server that registered an ephemeral row refreshes it.
            if (sql_.form == JdbcForm::terms && client != 0) {
                client = store::registrant(key, value, id);
                look.signs.clients[client] = {term, std::nullopt};
            }
            if (key == path::masters) look.masters_row = id;
            if (key == path::markers) look.marker_directory = true;
            if (is_server(key)) {
                look.signs.rows[key] = {id, client, std::move(value)};
            } else if (auto marker = name_below(path::markers, key); !marker.empty()) {
                look.marker_directory = true;
                look.markers[std::move(marker)] = {id, client, std::move(value), again != 0 ? 0 : created};
            }
        });
    }

    void read_events(Look& look, const EventsRead& before) {
        auto& events = look.events;
        events.any_look = true;
        events.newest = number(sql_.newest_event);
        look.events_deleted = before.newest != 0 && number(sql_.event, "id", before.newest) == 0;
        const auto first = before.any_look ? before.newest : events.newest;
        store::Statement statement(connection_, dialect_, sql_.events);
        statement.use("after", static_cast<long long>(first - EventsRead::window));
        store::for_each_row(statement, [&](long long id, const std::string& text) {
            if (id > events.newest - EventsRead::window) events.known.insert(id);
            if (!before.any_look || before.known.contains(id)) return;
            auto event = parse_event(text);
            if (event && is_server(event->key))  // the newest comes first
                look.signs.reports.try_emplace(event->key, event->client, std::move(event->value));
        });
    }

    void read_locks(Look& look) {
        store::Statement statement(connection_, dialect_, sql_.locks);
        store::for_each_row(statement, [&](const std::string& key) {
            look.locks.mutex_in_global |= key == path::master_failover_lock;
            look.locks.mutex_per_address |= !name_below(path::master_failover_lock, key).empty();
            look.locks.mutex_in_failover_masters |= !name_below(path::failover_masters_lock, key).empty();
        });
    }

    soci::session& connection_;
    const store::Dialect& dialect_;
    const JdbcSql& sql_;
};

}  // namespace

Look look_at(store::SociSession& session, const JdbcSql& sql, const LookAt& what) {
    const auto asked = model::system_now();
    auto look = session.run("reading the JDBC registry", [&](soci::session& connection) {
        for (const std::string& statement : session.dialect().begin_view) connection << statement;
        auto read = Reader(connection, session.dialect(), sql).read(what);
        connection << "commit";
        return read;
    });
    look.signs.at = Clock::now();
    look.signs.asked = asked;
    look.signs.answered = model::system_now();
    return look;
}

}  // namespace dsr::registry::jdbc
