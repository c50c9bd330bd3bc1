// SPDX-License-Identifier: Apache-2.0
#include "journal/grants.hpp"

#include "journal/rights.hpp"
#include "model/failure.hpp"

namespace dsr::journal {

namespace {

using store::DatabaseKind;

/// An identifier in quotes.
std::string quoted(const std::string& name, char quote) {
    std::string text(1, quote);
    for (const char character : name) text += character == quote ? std::string(2, quote) : std::string(1, character);
    return text + quote;
}

std::string postgresql(const store::ConnectionSettings& settings, const model::SchemaFacts& schema,
                       bool registry_in_database) {
    const std::string user = granted_user;
    std::string sql = "-- create role " + user + " login password '...';\n";
    sql += "grant connect on database " + quoted(settings.name, '"') + " to " + user + ";\n";
    for (const Right& right : rights_of(settings.kind, schema, registry_in_database)) {
        sql.append("grant ").append(right.rights);
        if (!right.columns.empty()) sql.append(" (").append(right.columns).append(")");
        sql.append(" on ").append(right.table).append(" to ").append(user).append(";\n");
    }
    return sql;
}

std::string mysql(const store::ConnectionSettings& settings, const model::SchemaFacts& schema,
                  bool registry_in_database) {
    // By table, unlike PostgreSQL's by column. SELECT ... FOR UPDATE needs UPDATE on the table in MySQL. Its catalog
    // also hides columns without a privilege, and the release is detected by existing columns, so a hidden one would
    // look like another release.
    const std::string user = "'" + std::string(granted_user) + "'@'%'";
    std::string sql = "-- create user " + user + " identified by '...';\n";
    for (const Right& right : rights_of(settings.kind, schema, registry_in_database)) {
        sql.append("grant ").append(right.rights).append(" on ").append(quoted(settings.name, '`'));
        sql.append(".").append(right.table);
        sql.append(" to ").append(user).append(";\n");
    }
    return sql;
}

/// Not the owner's to grant, so it is a comment. It shows the statements of all users of the server, too: an operator
/// decides.
std::string to_see_sessions(DatabaseKind kind) {
    const std::string user = granted_user;
    return "-- Optional, and for a superuser to run: shows whether a master that is missing in etcd still has "
           "sessions.\n-- " +
           (kind == DatabaseKind::postgresql ? "grant pg_read_all_stats to " + user + ";\n"
                                             : "grant process on *.* to '" + user + "'@'%';\n");
}

}  // namespace

std::string grant_statements(const store::ConnectionSettings& settings, const model::SchemaFacts& schema,
                             model::RegistryKind registry) {
    if (settings.kind == DatabaseKind::sqlite) {
        throw model::Failure(model::ErrorKind::permanent,
                             "SQLite has no users and no rights: everyone who may write the file has all rights");
    }
    const bool registry_in_database = registry == model::RegistryKind::jdbc;
    const std::string where = store::describe(settings) + ", of DolphinScheduler " + schema.version_text;
    return "-- The minimum rights that ds-reconcilerd needs in the " + where +
           ".\n-- Run as the owner of its tables, after `ds-reconcilerd init-db`; put your user in place of " +
           granted_user + ".\n" +
           (settings.kind == DatabaseKind::postgresql ? postgresql(settings, schema, registry_in_database)
                                                      : mysql(settings, schema, registry_in_database)) +
           (registry == model::RegistryKind::etcd ? to_see_sessions(settings.kind) : "");
}

}  // namespace dsr::journal
