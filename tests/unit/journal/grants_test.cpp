// SPDX-License-Identifier: Apache-2.0
// The columns that the least rights name are those that PostgreSQL's SQL reads: no more, and none is forgotten.
#include "journal/grants.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "store/generation.hpp"
#include "store/sql/dialect.hpp"

namespace dsr::grants_test {

using Columns = std::map<std::string, std::set<std::string>>;  // table -> columns

namespace {

/// PostgreSQL's SQL, and what all databases share.
std::string source() {
    std::stringstream text;
    for (const char* file : {"postgresql.cpp", "dialect.cpp"}) {
        std::ifstream in(std::string(DSR_SOURCE_DIR) + "/lib/store/sql/" + file);
        REQUIRE(in);
        text << in.rdbuf();
    }
    return text.str();
}

/// The text with every {name} filled as for PostgreSQL.
std::string filled(const std::string& text, const model::SchemaFacts& schema) {
    static const std::regex brace(R"(\{\w+\})");
    const auto words = store::postgresql_words();
    std::string result;
    auto rest = text.cbegin();
    for (std::sregex_iterator at(text.begin(), text.end(), brace), end; at != end; ++at) {
        result.append(rest, (*at)[0].first).append(store::in_schema(at->str(), schema, words));
        rest = (*at)[0].second;
    }
    return result.append(rest, text.cend());
}

/// Every `alias.column` of the statements, with the table that the alias stands for. A statement is what one semicolon
/// of the C++ text ends; the columns of a row are prepended where it says so.
Columns read_by_sql(const model::SchemaFacts& schema) {
    Columns read;
    std::string text = source();
    const auto row_begin = text.find("const std::string row");
    const auto row_end = text.find(';', row_begin);
    REQUIRE(row_end != std::string::npos);
    const auto row = text.substr(row_begin, row_end - row_begin);
    text.erase(row_begin, row_end - row_begin);
    const std::regex relation(R"((?:from|join)\s+(\w+)\s+(?:as\s+)?(\w+)\b)");
    const std::regex column(R"(\b([a-z])\.(\w+))");
    std::stringstream statements(text);
    for (std::string statement; std::getline(statements, statement, ';');) {
        if (statement.find("select \" + row") != std::string::npos) statement += row;
        if (statement.find("pg_catalog") != std::string::npos) continue;
        const auto begin = statement.find("sql.");
        if (begin == std::string::npos) continue;
        // Of another generation, which has other columns.
        const auto name = statement.substr(begin, statement.find(' ', begin) - begin);
        const bool process = schema.generation == model::Generation::process;
        if (name.ends_with(process ? "workflow" : "process") ||
            name.find(process ? "_workflow_" : "_process_") != std::string::npos)
            continue;
        statement = filled(statement, schema);
        std::map<std::string, std::string> tables;
        for (std::sregex_iterator at(statement.begin(), statement.end(), relation), end; at != end; ++at)
            tables[(*at)[2]] = (*at)[1];
        for (std::sregex_iterator at(statement.begin(), statement.end(), column), end; at != end; ++at) {
            const auto table = tables.find((*at)[1]);
            if (table == tables.end() || !table->second.starts_with("t_ds_")) continue;
            read[table->second].insert((*at)[2].str());
        }
    }
    return read;
}

Columns granted(const model::SchemaFacts& schema) {
    Columns columns;
    store::ConnectionSettings settings{.kind = store::DatabaseKind::postgresql, .zone = model::Zone("UTC")};
    settings.name = "ds";
    const auto text = journal::grant_statements(settings, schema);
    const std::regex line(R"(grant select \(([^)]*)\) on (\w+) to)");
    for (std::sregex_iterator at(text.begin(), text.end(), line), end; at != end; ++at) {
        std::stringstream list((*at)[1]);
        for (std::string one; std::getline(list, one, ',');) {
            one.erase(0, one.find_first_not_of(' '));
            columns[(*at)[2]].insert(one);
        }
    }
    CHECK(text.find("grant select on t_ds_") == text.npos);
    return columns;
}

}  // namespace

TEST_CASE("by PostgreSQL's least rights the columns are read that its SQL names, and no others") {
    model::SchemaFacts schema;
    schema.version_text = "of a test";
    SECTION("3.1") {
        schema.state_history = schema.alert_sign = schema.alert_type = true;
    }
    SECTION("3.2") {
        schema.state_history = schema.alert_sign = schema.alert_type = schema.tenant_code = schema.test_flag = true;
    }
    SECTION("2.0") {}
    SECTION("3.3.0") {
        schema.generation = model::Generation::workflow;
        schema.state_history = schema.alert_sign = schema.alert_type = schema.tenant_code = schema.test_flag = true;
    }
    SECTION("3.4") {
        schema.generation = model::Generation::workflow;
        schema.state_history = schema.alert_sign = schema.alert_type = schema.tenant_code = schema.serial_queue = true;
    }
    auto read = read_by_sql(schema);
    // Read without an alias.
    read["t_ds_version"].insert({"id", "version"});
    if (schema.generation == model::Generation::process)
        read["t_ds_schedules"].insert({store::in_schema("{definition_code}", schema), "timezone_id"});
    // One of the two statements about alerts is for this release, the relation only for some.
    read["t_ds_alert"] = schema.alert_sign ? std::set<std::string>{"sign", "create_time"}
                                           : std::set<std::string>{"content", "alert_status"};
    if (schema.generation == model::Generation::workflow || !schema.state_history)
        read[store::in_schema("{instance}", schema)].erase("command_param");
    if (!schema.serial_queue) read.erase("t_ds_serial_command");
    if (!schema.may_recover_in_place()) read.erase(store::in_schema("{relation}", schema));
    CHECK(granted(schema) == read);
}

TEST_CASE("the rights that one kind of registry needs are printed for it alone") {
    using model::RegistryKind;
    const auto printed = [](store::DatabaseKind kind, RegistryKind registry,
                            model::Generation generation = model::Generation::workflow) {
        store::ConnectionSettings settings{.kind = kind, .zone = model::Zone("UTC")};
        settings.name = "ds";
        model::SchemaFacts schema;
        schema.generation = generation;
        return journal::grant_statements(settings, schema, registry);
    };
    const auto has = [](const std::string& line) { return Catch::Contains("\ngrant " + line + "\n"); };
    for (const auto kind : {store::DatabaseKind::postgresql, store::DatabaseKind::mysql}) {
        for (const auto registry : {RegistryKind::zookeeper, RegistryKind::etcd})
            CHECK_THAT(printed(kind, registry),
                       !Catch::Contains("t_ds_jdbc") && !Catch::Contains("ds_reconciler_replicas"));
        const bool mysql = kind == store::DatabaseKind::mysql;
        const std::string of = mysql ? " on `ds`." : " on ";
        const std::string to = mysql ? " to 'ds_reconciler'@'%';" : " to ds_reconciler;";
        const auto text = printed(kind, RegistryKind::jdbc);
        for (const std::string table : {"t_ds_jdbc_registry_lock", "t_ds_jdbc_registry_data"}) {
            CHECK_THAT(text, has("select, insert, delete" + of + table + to));
            if (!mysql) CHECK_THAT(text, has("update (create_time)" + of + table + to));
            if (!mysql) CHECK_THAT(text, has("usage on sequence " + table + "_id_seq" + to));
        }
        CHECK_THAT(text, has("select" + of + "t_ds_jdbc_registry_data_change_event" + to));
        CHECK_THAT(text, has("select" + of + "t_ds_jdbc_registry_client_heartbeat" + to));
        CHECK_THAT(text,
                   has((mysql ? "update" : "update (create_time)") + of + "t_ds_jdbc_registry_client_heartbeat" + to));
        CHECK_THAT(text, has("select, insert, update, delete" + of + "ds_reconciler_replicas" + to));
        const auto of_3_2 = printed(kind, RegistryKind::jdbc, model::Generation::process);
        CHECK_THAT(of_3_2, has("select, insert, delete" + of + "t_ds_jdbc_registry_data" + to));
        CHECK_THAT(of_3_2, !Catch::Contains("data_change_event") && !Catch::Contains("client_heartbeat"));
        const auto sees_sessions = Catch::Contains(mysql ? "\n-- grant process on *.* to 'ds_reconciler'@'%';\n"
                                                         : "\n-- grant pg_read_all_stats to ds_reconciler;\n");
        CHECK_THAT(printed(kind, RegistryKind::etcd), sees_sessions);
        for (const auto registry : {RegistryKind::zookeeper, RegistryKind::jdbc})
            CHECK_THAT(printed(kind, registry), !sees_sessions);
    }
}

}  // namespace dsr::grants_test
