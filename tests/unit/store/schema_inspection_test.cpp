// SPDX-License-Identifier: Apache-2.0
#include "store/sql/schema_inspection.hpp"

#include <catch2/catch.hpp>

#include "model/failure.hpp"
#include "store/generation.hpp"
#include "store/sql/dialect.hpp"

namespace dsr::schema_inspection_test {

using model::Generation;
using model::Version;
using store::Catalog;
using store::parse_version;
using store::schema_of;

namespace {

/// The columns of 2.0 that the reconciler needs.
Catalog catalog_2_0() {
    Catalog catalog;
    const auto add = [&](const std::string& table, std::initializer_list<std::string> columns) {
        for (const auto& column : columns) catalog[table][column] = 0;
    };
    add("t_ds_process_instance",
        {"id", "name", "state", "host", "start_time", "restart_time", "command_param", "executor_id",
         "process_definition_code", "process_definition_version", "is_sub_process", "process_instance_priority"});
    add("t_ds_command", {"id", "command_type", "process_definition_code", "process_definition_version",
                         "process_instance_id", "executor_id", "command_param", "task_depend_type", "failure_strategy",
                         "start_time", "update_time", "dry_run", "process_instance_priority"});
    add("t_ds_process_definition_log", {"code", "version"});
    add("t_ds_schedules", {"process_definition_code", "timezone_id"});
    add("t_ds_task_instance",
        {"id", "process_instance_id", "state", "flag", "host", "task_type", "submit_time", "end_time"});
    add("t_ds_error_command", {"id", "command_type", "command_param", "process_instance_id", "message"});
    add("t_ds_alert", {"id", "content", "alert_status", "alertgroup_id", "create_time", "update_time"});
    catalog["t_ds_alert"]["title"] = 64;
    return catalog;
}

std::string refusal(const Catalog& catalog, const std::string& version) {
    try {
        (void)schema_of(catalog, version, "the database");
    } catch (const model::Failure& failure) {
        CHECK(failure.kind() == model::ErrorKind::permanent);
        return failure.what();
    }
    return "";
}

}  // namespace

TEST_CASE("a version is three numbers, and what a builder adds", "[store]") {
    CHECK(parse_version("3.1.9") == Version{3, 1, 9});
    CHECK(parse_version("3.10.0-alpha") == Version{3, 10, 0});
    CHECK(parse_version("2.0.2 ours") == Version{2, 0, 2});
    for (const char* text :
         {"", "3", "3.1", "3.1.", "v3.1.9", "dev-SNAPSHOT", "3..1", "3.1.x", "-3.1.2", " 3.1.2", "99999999999.1.1"}) {
        INFO(text);
        CHECK_FALSE(parse_version(text).has_value());
    }
}

TEST_CASE("each release is told by its columns", "[store]") {
    Catalog catalog = catalog_2_0();
    auto facts = schema_of(catalog, "2.0.5", "").facts;
    CHECK_FALSE(facts.alert_sign);
    CHECK_FALSE(facts.alert_type);
    CHECK_FALSE(facts.state_history);
    CHECK(facts.marks_tasks());
    CHECK(schema_of(catalog, "2.0.5", "").alert_title_length == 64);

    for (const char* column : {"sign", "warning_type", "alert_type"}) catalog["t_ds_alert"][column] = 0;
    facts = schema_of(catalog, "nonsense", "").facts;  // 3.0 needs no version
    CHECK(facts.alert_sign);
    CHECK(facts.alert_type);
    CHECK_FALSE(facts.version.has_value());
    CHECK(facts.version_text == "nonsense");

    catalog["t_ds_process_instance"]["state_history"] = 0;
    CHECK(schema_of(catalog, "", "").facts.state_history);
    CHECK(schema_of(catalog, "", "").facts.marks_tasks());
    catalog["t_ds_process_instance"]["tenant_code"] = 64;
    catalog["t_ds_process_instance"]["test_flag"] = 0;
    CHECK_THAT(refusal(catalog, ""), Catch::Contains("t_ds_command.test_flag"));
    catalog["t_ds_command"]["test_flag"] = 0;
    CHECK(schema_of(catalog, "", "").facts.test_flag);
    CHECK_FALSE(schema_of(catalog, "", "").facts.marks_tasks());
}

TEST_CASE("columns that come and go together are there together, or an upgrade is under way", "[store]") {
    Catalog whole = catalog_2_0();
    for (const char* column : {"sign", "warning_type", "alert_type"}) whole["t_ds_alert"][column] = 0;
    for (const char* column : {"state_history", "tenant_code", "test_flag"}) whole["t_ds_process_instance"][column] = 0;
    whole["t_ds_command"]["test_flag"] = 0;
    REQUIRE(refusal(whole, "3.2.2").empty());
    const auto without = [&](const std::string& table, const std::string& column) {
        Catalog catalog = whole;
        catalog[table].erase(column);
        return refusal(catalog, "3.2.2");
    };
    for (const char* column : {"tenant_code", "test_flag", "state_history"}) {
        CHECK_THAT(
            without("t_ds_process_instance", column),
            Catch::Contains(std::string("but not t_ds_process_instance.") + column) && Catch::Contains("incomplete"));
    }
    CHECK_THAT(without("t_ds_command", "test_flag"), Catch::Contains("no column t_ds_command.test_flag"));
    for (const char* column : {"sign", "alert_type"}) CHECK_FALSE(without("t_ds_alert", column).empty());

    // 3.3.1 drops the flag of 3.3.0, one table after the other.
    Catalog early = catalog_2_0();
    for (const char* column : {"sign", "warning_type", "alert_type"}) early["t_ds_alert"][column] = 0;
    early["t_ds_command"]["test_flag"] = 0;
    CHECK_THAT(refusal(early, "3.3.0"), Catch::Contains("t_ds_command.test_flag but not"));
}

TEST_CASE("2.0.0, 2.0.1 and what may be either are refused", "[store]") {
    const Catalog catalog = catalog_2_0();
    CHECK_THAT(refusal(catalog, "2.0.0"), Catch::Contains("the first supported release is 2.0.2"));
    CHECK_THAT(refusal(catalog, "2.0.1-release"), Catch::Contains("the first supported release is 2.0.2"));
    CHECK_THAT(refusal(catalog, "our own"), Catch::Contains("'our own'"));
    CHECK_THAT(refusal(catalog, ""), Catch::Contains("nothing is written"));
    CHECK(refusal(catalog, "2.0.2").empty());
}

TEST_CASE("every column that is missing is named", "[store]") {
    const Catalog whole = catalog_2_0();
    for (const auto& [table, columns] : whole) {
        for (const auto& [column, length] : columns) {
            if (column == "process_instance_priority") continue;  // written from 3.1 on
            Catalog catalog = whole;
            catalog[table].erase(column);
            CHECK_THAT(refusal(catalog, "2.0.5"), Catch::Contains("no column " + table + "." + column));
        }
        Catalog catalog = whole;
        catalog.erase(table);
        const bool instances = table == "t_ds_process_instance";  // without them it is no DolphinScheduler at all
        CHECK_THAT(refusal(catalog, "2.0.5"),
                   Catch::Contains(instances ? "neither t_ds_process_instance" : "no table " + table));
        if (!instances) CHECK_THAT(refusal(catalog, "2.0.5"), Catch::Contains("init-db --print-grants"));
    }
}

TEST_CASE("every brace of every dialect is filled for every schema", "[store]") {
    model::SchemaFacts facts;
    for (const auto generation : {Generation::process, Generation::workflow}) {
        facts.generation = generation;
        for (const bool columns : {false, true}) {
            facts.state_history = facts.test_flag = facts.tenant_code = columns;
            for (const auto kind :
                 {store::DatabaseKind::postgresql, store::DatabaseKind::mysql, store::DatabaseKind::sqlite}) {
                const auto sql = store::sql_of(kind, facts);
                for (const auto& text : {sql.next_id,
                                         sql.first_unfinished,
                                         sql.unfinished_page,
                                         sql.instances,
                                         sql.lock_instances,
                                         sql.commands_of,
                                         sql.definitions_of,
                                         sql.unfinished_tasks,
                                         sql.newest_start_time,
                                         sql.names_host,
                                         sql.mark_tasks,
                                         sql.claim_process,
                                         sql.claim_workflow,
                                         sql.command_sources,
                                         sql.insert_process_commands,
                                         sql.insert_workflow_commands,
                                         sql.insert_alert,
                                         sql.insert_alert_unsigned,
                                         sql.lock_claimed_process,
                                         sql.lock_claimed_workflow,
                                         sql.clock_now,
                                         sql.task_activity,
                                         sql.task_activity_of,
                                         sql.param_lengths,
                                         sql.task_index,
                                         sql.error_commands,
                                         sql.insert_journal}) {
                    CHECK_FALSE(text.empty());
                    CHECK(text.find_first_of("{}") == std::string::npos);
                }
            }
        }
    }
    CHECK_THROWS_AS(store::in_schema("select {nonsense}", facts), std::logic_error);
    CHECK_THROWS_AS(store::in_schema("select {instance", facts), std::logic_error);
    CHECK(store::in_schema("no brace", facts) == "no brace");
}

}  // namespace dsr::schema_inspection_test
