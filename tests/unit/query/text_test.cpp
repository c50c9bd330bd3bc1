// SPDX-License-Identifier: Apache-2.0
#include "query/text.hpp"

#include <catch2/catch.hpp>
#include <sstream>

#include "model/task_instance.hpp"
#include "query/query_service.hpp"
#include "query/table.hpp"
#include "support/sweep_bench.hpp"

using namespace dsr;
using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;
using query::QueryService;

namespace {

/// A printed answer to each question, over a cluster with an orphan whose name would clear the screen.
struct Printed {
    explicit Printed(bool colour) {
        SweepBench bench;
        bench.cluster->add_master({"10.0.0.8:5678"}, noon - 2h, 1);
        auto evil = row(1, "10.0.0.7:5678");
        evil.name = "wf\033[2J\u009b2J\n";
        bench.add(evil);
        bench.tables->tasks[1] = {{{1}, {1}, 1, "SPARK", "w:1"}, 1, 1, {}, {}, "load", noon - 2h, "app_1"};
        const QueryService query_service{bench.sweeper->context(), bench.policy(), {}, QueryService::Role::observer};
        query::print_status(status, query::status(query_service.daemon_status(), noon), {colour});
        query::print_verdicts(verdicts, to_json(query_service.verdicts({}, {}, 10)), {colour});
        query::print_explanation(explanation, to_json(query_service.explain({1})), {colour});
        query::print_impact(impact, to_json(query_service.impact()), {colour});
        query::print_history(history, to_json(query_service.history({}, 10)), {colour});
    }
    std::ostringstream status, verdicts, explanation, impact, history;
    [[nodiscard]] std::string all() const {
        return status.str() + verdicts.str() + explanation.str() + impact.str() + history.str();
    }
};

bool has(const std::ostringstream& out, const std::string& text) {
    return out.str().find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("status and explain print a stuck queue with what frees it") {
    auto schema = schema_3_4();
    schema.serial_queue = true;
    SweepBench bench(at_once(), schema);
    bench.cluster->add_master({"10.0.0.8:5678"}, noon - 2h, 1);
    bench.tables->serial_commands = {{5, 9001, 1, 10, 1}};
    bench.tables->queues_unread = "t_ds_command";
    const QueryService query_service{bench.sweeper->context(), bench.policy(), {}, QueryService::Role::observer};
    std::ostringstream status;
    std::ostringstream explanation;
    query::print_status(status, query::status(query_service.daemon_status(), noon), {false});
    query::print_explanation(explanation, to_json(query_service.explain({10})), {false});
    for (const auto* out : {&status, &explanation}) {
        CHECK(has(*out, "Stuck queue: the serial queue of workflow definition 9001 version 1 is stuck"));
        CHECK(has(*out, "  To free it: delete from t_ds_serial_command where id = 5;\n"));
    }
    CHECK(has(status, "Queues not read: t_ds_command"));
}

TEST_CASE("answers are printed for people, without escapes when not on a terminal") {
    const Printed printed(false);
    CHECK(printed.all().find('\033') == std::string::npos);
    CHECK(printed.all().find("\u009b") == std::string::npos);
    CHECK(has(printed.status, "No daemon answered"));
    CHECK(has(printed.status, "10.0.0.8:5678  live"));
    CHECK(has(printed.verdicts, "10.0.0.7:5678"));
    CHECK(has(printed.verdicts, "wf?[2J?2J?"));
    CHECK(has(printed.explanation, "Workflow instance 1: orphan\nhost 10.0.0.7:5678 absent for 0 ms"));
    CHECK(has(printed.explanation, "grace_over"));
    CHECK(has(printed.explanation, "1 RUNNING_EXECUTION"));
    CHECK(has(printed.impact, "re-run 1 workflow(s) now"));
    CHECK(has(printed.impact, "app_1"));
    CHECK(has(printed.impact, "2 h 00 m"));
    CHECK(has(printed.history, "The journal has no entries"));
}

TEST_CASE("shadow mode's score and what it noted are printed") {
    SweepBench bench;
    bench.shadow = true;
    bench.cluster->add_master({"10.0.0.8:5678"}, noon - 2h, 1);
    bench.add(row(1, "10.0.0.7:5678"));
    bench.sweep();
    const QueryService query_service{
        bench.sweeper->context(), bench.policy(), {}, QueryService::Role::observer, {}, true};
    std::ostringstream status;
    std::ostringstream history;
    query::print_status(status, query::status(query_service.daemon_status(), noon), {false});
    query::print_history(history, to_json(query_service.history({}, 10)), {false});
    CHECK(has(status, "Mode: shadow"));
    CHECK(has(status, "Shadow: 1 loss: 0 agreed, 0 would have doubled, 0 would have been saved, 1 open"));
    CHECK(has(history, "10.0.0.7:5678"));
    CHECK(has(history, "open"));
    CHECK_FALSE(has(history, "The journal has no entries"));
}

TEST_CASE("on a terminal verdicts are coloured, and every colour ends") {
    const Printed printed(true);
    CHECK(has(printed.verdicts, "\033[31morphan\033[0m"));
    CHECK(printed.all().find("\033[2J") == std::string::npos);
    std::size_t begun = 0;
    std::size_t ended = 0;
    const auto text = printed.all();
    for (auto at = text.find("\033["); at != std::string::npos; at = text.find("\033[", at + 1))
        ++(text.compare(at, 4, "\033[0m") == 0 ? ended : begun);
    CHECK(begun > 0);
    CHECK(begun == ended);
}

TEST_CASE("a table's columns are as wide as their widest cell, numbers at the right") {
    query::Table table({"id", "what"});
    std::ostringstream empty;
    table.print(empty);
    CHECK(empty.str().empty());
    table.add({{"1", "", true}, {"é"}});
    table.add({{"1000", "", true}, {"x"}});
    std::ostringstream out;
    table.print(out);
    CHECK(out.str() == "    id  what\n     1  é\n  1000  x\n");
}

TEST_CASE("application links are a list without blanks and empty places") {
    using Links = std::vector<std::string>;
    CHECK(application_links("") == Links{});
    CHECK(application_links(" , ,") == Links{});
    CHECK(application_links("a") == Links{"a"});
    CHECK(application_links(" a, b b ,,c\n") == Links{"a", "b b", "c"});
}
