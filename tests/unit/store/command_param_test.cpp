// SPDX-License-Identifier: Apache-2.0
#include "store/command_param.hpp"

#include <catch2/catch.hpp>

#include "model/failure.hpp"

namespace dsr::command_param_test {

using store::process_command_param;
using store::Schedule;
using store::workflow_command_param;

TEST_CASE("up to 3.2 the parameter is the instance's id", "[store]") {
    CHECK(process_command_param(1001, std::nullopt, std::nullopt) == R"({"ProcessInstanceId":1001})");
    CHECK(process_command_param(3'000'000'000, std::nullopt, std::nullopt) == R"({"ProcessInstanceId":3000000000})");
}

TEST_CASE("start parameters are taken over as they stand", "[store]") {
    const auto with = [](const std::string& param) { return process_command_param(7, param, std::nullopt); };
    CHECK(with(R"({"StartParams":"{\"k\":\"v\"}"})") == R"({"StartParams":"{\"k\":\"v\"}","ProcessInstanceId":7})");
    CHECK(with(R"({"a":1,"StartParams":"","b":2})") == R"({"StartParams":"","ProcessInstanceId":7})");
    CHECK(with(R"({"StartParams":{"z":1,"a":[true,null]}})") ==
          R"({"StartParams":{"z":1,"a":[true,null]},"ProcessInstanceId":7})");
    CHECK(with(R"({"StartParams":"工作流 \u0001 \/"})") ==
          "{\"StartParams\":\"工作流 \\u0001 /\",\"ProcessInstanceId\":7}");
}

TEST_CASE("what holds no start parameters adds none", "[store]") {
    const std::string bare = R"({"ProcessInstanceId":7})";
    for (const char* param : {"", "nonsense", "[]", "null", "5", "{}", R"({"StartParams":null})",
                              R"({"startParams":"x"})", "{\"StartParams\":\"\xff\"}", R"({"StartParams":"open)"}) {
        CHECK(process_command_param(7, param, std::nullopt) == bare);
    }
}

TEST_CASE("deeply nested start parameters are no crash", "[store]") {
    const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
    const auto param = [&](std::size_t levels) { return R"({"StartParams":)" + nested(levels) + "}"; };
    const Schedule shanghai{"Asia/Shanghai"};
    CHECK(process_command_param(7, param(900), std::nullopt) ==
          R"({"StartParams":)" + nested(900) + R"(,"ProcessInstanceId":7})");
    CHECK(process_command_param(7, param(200'000), std::nullopt) == R"({"ProcessInstanceId":7})");
    CHECK(process_command_param(7, param(200'000), shanghai) ==
          R"({"ProcessInstanceId":"7","schedule_timezone":"Asia/Shanghai"})");
    CHECK(process_command_param(7, R"({"other":)" + nested(200'000) + R"(,"StartParams":"x"})", std::nullopt) ==
          R"({"ProcessInstanceId":7})");
}

TEST_CASE("with a schedule every value is a string and the zone goes last", "[store]") {
    const Schedule shanghai{"Asia/Shanghai"};
    CHECK(process_command_param(7, std::nullopt, shanghai) ==
          R"({"ProcessInstanceId":"7","schedule_timezone":"Asia/Shanghai"})");
    CHECK(process_command_param(7, std::nullopt, Schedule{}) ==
          R"({"ProcessInstanceId":"7","schedule_timezone":null})");
    CHECK(process_command_param(7, R"({"StartParams":"{\"k\":\"v\"}"})", shanghai) ==
          R"({"StartParams":"{\"k\":\"v\"}","ProcessInstanceId":"7","schedule_timezone":"Asia/Shanghai"})");
    CHECK(process_command_param(7, R"({"StartParams":{"k":1}})", shanghai) ==
          R"({"StartParams":"{\"k\":1}","ProcessInstanceId":"7","schedule_timezone":"Asia/Shanghai"})");
}

TEST_CASE("which releases hand start parameters on", "[store]") {
    model::SchemaFacts schema;
    schema.version = model::Version{3, 1, 7};
    CHECK_FALSE(store::hands_on_start_params(schema));  // a schema of 3.0, whatever the version says
    schema.state_history = true;
    CHECK(store::hands_on_start_params(schema));
    schema.version = model::Version{3, 1, 6};
    CHECK_FALSE(store::hands_on_start_params(schema));
    schema.version = model::Version{3, 1, 0};
    CHECK_FALSE(store::hands_on_start_params(schema));
    schema.version = model::Version{2, 0, 5};  // cannot be: not to be trusted
    CHECK(store::hands_on_start_params(schema));
    schema.version.reset();
    CHECK(store::hands_on_start_params(schema));
    schema.version = model::Version{3, 1, 1};
    schema.tenant_code = true;
    CHECK(store::hands_on_start_params(schema));
    schema.generation = model::Generation::workflow;
    CHECK_FALSE(store::hands_on_start_params(schema));
}

TEST_CASE("from 3.3 on the parameter names the old state", "[store]") {
    CHECK(
        workflow_command_param(1) ==
        R"({"commandType":"RECOVER_TOLERANCE_FAULT","subWorkflowInstance":false,"startNodes":null,"commandParams":null,)"
        R"("timeZone":null,"workflowExecutionStatus":"RUNNING_EXECUTION"})");
    CHECK_THAT(workflow_command_param(2), Catch::EndsWith(R"("workflowExecutionStatus":"READY_PAUSE"})"));
    CHECK_THAT(workflow_command_param(4), Catch::EndsWith(R"("workflowExecutionStatus":"READY_STOP"})"));
    for (const int state : {-1, 0, 3, 7, 12, 17, 18}) CHECK_THROWS_AS(workflow_command_param(state), model::Failure);
}

TEST_CASE("the old state is read back from what names it", "[store]") {
    for (const int state : {1, 2, 4}) CHECK(store::old_state_of(workflow_command_param(state)) == state);
    CHECK(store::old_state_of(R"({"workflowExecutionStatus":"READY_STOP"})") == 4);
    CHECK(store::old_state_of(R"({"x":[{}], "workflowExecutionStatus" : "READY_PAUSE", "commandType":"other"})") == 2);
}

TEST_CASE("what names no old state gives none", "[store]") {
    for (const char* param : {"",
                              "null",
                              "[]",
                              "5",
                              "{}",
                              R"("RUNNING_EXECUTION")",
                              R"(["workflowExecutionStatus","RUNNING_EXECUTION"])",
                              R"({"workflowExecutionStatus":null})",
                              R"({"workflowExecutionStatus":1})",
                              R"({"workflowExecutionStatus":["RUNNING_EXECUTION"]})",
                              R"({"workflowExecutionStatus":""})",
                              R"({"workflowExecutionStatus":"running_execution"})",
                              R"({"workflowExecutionStatus":" RUNNING_EXECUTION"})",
                              R"({"workflowExecutionStatus":"FAILOVER"})",
                              R"({"workflowExecutionStatus":"RUNNING"})",
                              R"({"workflowexecutionstatus":"RUNNING_EXECUTION"})",
                              R"({"a":{"workflowExecutionStatus":"READY_STOP"}})",
                              R"({"workflowExecutionStatus":"RUNNING_EXECUTION")",
                              "{\"workflowExecutionStatus\":\"\xff\"}",
                              R"({"ProcessInstanceId":7})"}) {
        INFO(param);
        CHECK_FALSE(store::old_state_of(param).has_value());
    }
}

}  // namespace dsr::command_param_test
