// SPDX-License-Identifier: Apache-2.0
#include "store/sql/registry_guard.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "model/failure.hpp"
#include "store/sql/registrant.hpp"
#include "store/sql/statement.hpp"

namespace dsr::store {

namespace {

using model::GuardRefusal;
using model::SeenRegistration;

/// A row under /nodes/master.
struct DataRow {
    std::string key;
    std::int64_t client = 0;
    std::string value;
};

/// The steps of entering one guard.
class Entry {
public:
    Entry(soci::session& connection, const SchemaSql& sql, const model::TransactionGuard& guard)
        : connection_(connection), sql_(sql), guard_(guard), address_key_("/nodes/master/" + guard.address.text) {}

    std::optional<GuardRefusal> run() {
        if (!guard_.lock_path.empty()) {
            if (!take_lock()) return GuardRefusal::lock_taken;
            if (!hold_address()) return GuardRefusal::registered;
            if (guard_.marker) write_marker();
        }
        return hold_ticket() ? std::nullopt : std::optional(GuardRefusal::not_leader);
    }

private:
    /// Inserts a row and deletes it again: until the commit others who insert its key wait. False when the key exists.
    bool occupy(const std::string& insert, const std::string& remove, const std::string& name, const std::string& key) {
        Statement inserting(connection_, sql_, insert);
        inserting.use(name, key).run();
        if (inserting.affected_rows() == 0) return false;
        Statement removing(connection_, sql_, remove);
        removing.use(name, key).run();
        if (removing.affected_rows() == 1) return true;
        // MySQL shortens a key that is too long for its column.
        throw model::Failure(model::ErrorKind::permanent,
                             "the registry's table did not take the key '" + key + "' as it is; nothing was written");
    }

    bool take_lock() {
        if (!guard_.leaked_lock)
            return occupy(sql_.guard.insert_lock, sql_.guard.delete_lock, "path", guard_.lock_path);
        Statement leaked(connection_, sql_, sql_.guard.leaked_lock);
        return leaked.use("id", *guard_.leaked_lock).first<std::string>() == guard_.lock_path;
    }

    bool hold_address() {
        if (!guard_.seen) {
            return occupy(sql_.guard.insert_address, sql_.guard.delete_address, "key", address_key_) && !reported();
        }
        return guard_.seen->still ? is_still(*guard_.seen, *guard_.seen->still) && !reported() : is_live(*guard_.seen);
    }

    bool is_still(const SeenRegistration& seen, const SeenRegistration::Still& still) {
        const auto row = row_of(seen, sql_.guard.still_row);
        if (!row || row->value != still.value) return false;
        Statement client(connection_, sql_, sql_.guard.still_client);
        return client.use("id", sql_.guard.has_clients ? seen.client : seen.row).first<long long>() == still.stamp;
    }

    bool is_live(const SeenRegistration& seen) { return row_of(seen, sql_.guard.live_row).has_value(); }

    /// The row as it is now, if it is that registration.
    std::optional<DataRow> row_of(const SeenRegistration& seen, const std::string& text) {
        std::optional<DataRow> found;
        Statement row(connection_, sql_, text);
        row.use("id", seen.row);
        for_each_row(row, [&](std::string key, long long client, std::string value) {
            if (!sql_.guard.has_clients) client = registrant(key, value, seen.row);
            found = {std::move(key), client, std::move(value)};
        });
        return found && found->key == address_key_ && found->client == seen.client ? found : std::nullopt;
    }

    /// Whether an event since the view is of this address. One that cannot be read may be.
    bool reported() {
        if (sql_.guard.events.empty()) return false;
        bool found = false;
        Statement events(connection_, sql_, sql_.guard.events);
        events.use("after", guard_.events_seen);
        for_each_row(events, [&](const std::string& text) {
            const auto event = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
            const auto key = event.is_object() ? event.find("dataKey") : event.end();
            found = found || key == event.end() || *key == address_key_;
        });
        return found;
    }

    void write_marker() {
        Statement(connection_, sql_, sql_.guard.insert_marker)
            .use("key", "/nodes/failover-finish-nodes/" + guard_.marker->name)
            .use("value", guard_.marker->value)
            .run();
    }

    /// Locked first and judged in a statement of its own: MySQL's clock is that of the statement's start, and the first
    /// may have waited.
    bool hold_ticket() {
        Statement ticket(connection_, sql_, sql_.guard.hold_ticket);
        return ticket.use("ticket", guard_.ticket).first<long long>() && leads(connection_, sql_, guard_.ticket);
    }

    soci::session& connection_;
    const SchemaSql& sql_;
    const model::TransactionGuard& guard_;
    std::string address_key_;
};

}  // namespace

std::optional<GuardRefusal> enter_guard(soci::session& connection, const SchemaSql& sql,
                                        const model::TransactionGuard& guard) {
    return Entry(connection, sql, guard).run();
}

bool leads(soci::session& connection, const SchemaSql& sql, std::int64_t ticket) {
    return Statement(connection, sql, sql.guard.leads).use("ticket", ticket).first<long long>().has_value();
}

}  // namespace dsr::store
