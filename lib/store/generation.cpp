// SPDX-License-Identifier: Apache-2.0
#include "store/generation.hpp"

#include <array>
#include <stdexcept>

#include "model/instance_states.hpp"
#include "store/command_param.hpp"

namespace dsr::store {

namespace {

struct Name {
    std::string_view brace;
    std::string_view process;   ///< 2.0 to 3.2
    std::string_view workflow;  ///< 3.3 and later
};

constexpr std::array names{
    Name{"instance", "t_ds_process_instance", "t_ds_workflow_instance"},
    Name{"instance_id", "process_instance_id", "workflow_instance_id"},
    Name{"definition_log", "t_ds_process_definition_log", "t_ds_workflow_definition_log"},
    Name{"definition_code", "process_definition_code", "workflow_definition_code"},
    Name{"definition_version", "process_definition_version", "workflow_definition_version"},
    Name{"is_sub", "is_sub_process", "is_sub_workflow"},
    Name{"relation", "t_ds_relation_process_instance", "t_ds_relation_workflow_instance"},
};

// Up to 3.0 tasks and workflows share an enum. From 3.1 on tasks have their own, in which 5 and 13 are not "finished".
constexpr std::array finished_shared{3, 5, 6, 7, 8, 9, 13};
constexpr std::array finished_process{3, 6, 7, 8, 9};
constexpr std::array finished_workflow{3, 6, 7, 8, 9, 13};

std::string list(std::span<const int> codes) {
    std::string result;
    for (const int code : codes) result += (result.empty() ? "" : ", ") + std::to_string(code);
    return result;
}

/// Columns that only some releases have: the column where it exists, else its replacement.
std::string value_of(std::string_view brace, const model::SchemaFacts& schema) {
    const bool process = schema.generation == model::Generation::process;
    if (brace == "final_states") return list(model::final_states(schema.generation));
    if (brace == "failover_states") return list(model::failover_states(schema.generation));
    if (brace == "finished_task_states") return list(finished_task_states(schema));
    if (brace == "state_history") return schema.state_history ? "i.state_history" : "null";
    if (brace == "handed_on_param") return hands_on_start_params(schema) ? "i.command_param" : "null";
    // A master omits a NULL from its INSERT, so the column's default, 2, applies; a master reads a NULL flag as 0.
    if (brace == "priority_column") return process && schema.state_history ? ", process_instance_priority" : "";
    if (brace == "priority_value") {
        return process && schema.state_history ? ", coalesce(i.process_instance_priority, 2)" : "";
    }
    if (brace == "test_flag_column") return schema.test_flag ? ", test_flag" : "";
    if (brace == "test_flag_value") {
        if (!schema.test_flag) return "";
        return process ? ", coalesce(i.test_flag, 0)" : ", 0";
    }
    for (const Name& name : names) {
        if (name.brace == brace) return std::string(process ? name.process : name.workflow);
    }
    throw std::logic_error("the SQL names {" + std::string(brace) + "}, which no schema has");
}

}  // namespace

std::string_view instance_table(model::Generation generation) {
    return generation == model::Generation::process ? names[0].process : names[0].workflow;
}

std::span<const int> finished_task_states(const model::SchemaFacts& schema) {
    if (schema.generation == model::Generation::workflow) return finished_workflow;
    if (schema.state_history) return finished_process;
    return finished_shared;
}

std::string in_schema(std::string_view sql, const model::SchemaFacts& schema, const Words& words) {
    std::string result;
    while (true) {
        const std::size_t open = sql.find('{');
        result += sql.substr(0, open);
        if (open == std::string_view::npos) return result;
        const std::size_t close = sql.find('}', open);
        if (close == std::string_view::npos) throw std::logic_error("the SQL has an open brace: " + std::string(sql));
        const std::string_view brace = sql.substr(open + 1, close - open - 1);
        const auto word = words.find(brace);
        result += word == words.end() ? value_of(brace, schema) : in_schema(word->second, schema, words);
        sql.remove_prefix(close + 1);
    }
}

}  // namespace dsr::store
