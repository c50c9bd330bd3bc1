// SPDX-License-Identifier: Apache-2.0
#include "registry/jdbc/schema.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <map>
#include <set>
#include <string>

#include "base/text.hpp"
#include "model/failure.hpp"
#include "store/sql/statement.hpp"

namespace dsr::registry::jdbc {

using model::ErrorKind;
using model::Failure;

namespace {

constexpr std::array tables{"t_ds_jdbc_registry_data", "t_ds_jdbc_registry_lock", "t_ds_jdbc_registry_client_heartbeat",
                            "t_ds_jdbc_registry_data_change_event"};
constexpr std::size_t tables_of_3_2 = 2;
constexpr const char* rights =
    "`ds-reconcilerd init-db --print-grants`, with the configuration of the tables' owner, prints the rights that this "
    "user needs";

}  // namespace

JdbcSchema inspect_schema(store::SociSession& session, const JdbcSql& sql) {
    std::map<std::string, std::set<std::string>> there;
    session.run("reading the columns of the JDBC registry's tables", [&](soci::session& connection) {
        store::Statement statement(connection, session.dialect(), sql.catalog);
        store::for_each_row(statement, [&](const std::string& table, const std::string& column) {
            there[base::lower(table)].insert(base::lower(column));
        });
    });
    const std::string where = store::describe(session.settings());
    const auto& data = there[tables[0]];
    const auto form = data.contains("last_term") && !data.contains("client_id") ? JdbcForm::terms : JdbcForm::clients;
    for (std::size_t i = 0; i < (form == JdbcForm::terms ? tables_of_3_2 : tables.size()); ++i) {
        if (!there[tables[i]].empty()) continue;
        // MySQL and MariaDB hide tables without a privilege.
        throw Failure(ErrorKind::permanent,
                      fmt::format("{} has no table {}, so DolphinScheduler's masters do not register there (check "
                                  "registry.type; the JDBC registry of 3.2 in a database of its own is not supported), "
                                  "or this user may not see it: {}",
                                  where, tables[i], rights));
    }
    if (form == JdbcForm::clients && !data.contains("client_id")) {
        throw Failure(ErrorKind::permanent,
                      where +
                          " has a table t_ds_jdbc_registry_data without the columns client_id (3.3 and later) and "
                          "last_term (3.2): this form of the JDBC registry is not supported");
    }
    return {form, !there["ds_reconciler_replicas"].empty()};
}

Failure with_remedy(const Failure& failure) {
    if (failure.kind() != ErrorKind::permanent) return failure;
    return {failure.kind(), std::string(failure.what()) + "; " + rights};
}

}  // namespace dsr::registry::jdbc
