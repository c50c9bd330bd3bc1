// SPDX-License-Identifier: Apache-2.0
// What every WorkflowStore reads: rows as they are, in ascending pages, with their times in the daemon's own terms.
#include <catch2/catch.hpp>

#include "contract/workflow_store_worlds.hpp"
#include "model/failure.hpp"

namespace dsr::workflow_store_reading {

using namespace std::chrono_literals;
using contract::berlin;
using contract::ids;
using contract::ids_of;
using contract::RealStoreWorlds;
using contract::StoreWorlds;
using model::OwnershipTime;
using support::SeedInstance;

TEMPLATE_LIST_TEST_CASE("an empty database has nothing unfinished", "[store][contract]", StoreWorlds) {
    TestType world;
    world.store().ping();
    CHECK(world.store().inspect().generation == TestType::generation);
    CHECK(world.store().unfinished_after({0}, 100).empty());
    CHECK(world.store().read(ids({1, 2})).empty());
    CHECK(world.store().read({}).empty());
    CHECK(world.store().unfinished_tasks({}).empty());
    CHECK_FALSE(world.store().newest_start_time().has_value());
    CHECK_FALSE(world.store().names_host("10.9.9.9:5678"));
}

TEMPLATE_LIST_TEST_CASE("a row is read as it stands", "[store][contract]", StoreWorlds) {
    TestType world;
    world.add_definition(9001, 3);
    world.add(SeedInstance{.id = 7,
                           .name = "nightly \"load\" ü",
                           .state = 4,
                           .host = "10.0.0.7:5678",
                           .start_time = "2026-11-22 21:12:00",
                           .definition_code = 9001,
                           .definition_version = 3,
                           .is_sub = true});
    const auto rows = world.store().unfinished_after({0}, 100);
    REQUIRE(rows.size() == 1);
    const auto& row = rows.front();
    CHECK(row.id.value == 7);
    CHECK(row.name == "nightly \"load\" ü");
    CHECK(row.state == 4);
    CHECK(row.host == "10.0.0.7:5678");
    CHECK(row.definition_code == 9001);
    CHECK(row.definition_version == 3);
    CHECK(row.is_sub_workflow);
    CHECK(row.definition_exists);
    CHECK_FALSE(row.command_pending);
    CHECK_FALSE(row.handed_over.has_value());
}

TEMPLATE_LIST_TEST_CASE("finished rows are never streamed, unknown and missing states always", "[store][contract]",
                        StoreWorlds) {
    TestType world;
    std::int64_t id = 0;
    std::vector<std::int64_t> expected;
    for (const int state : {0, 1, 2, 3, 4, 5, 6, 7, 12, 14, 15, 16, 17, 18, 99}) {
        world.add(SeedInstance{.id = ++id, .state = state});
        if (state != 3 && state != 5 && state != 6 && state != 7) expected.push_back(id);
    }
    world.add(SeedInstance{.id = ++id, .state = std::nullopt});
    expected.push_back(id);
    const auto rows = world.store().unfinished_after({0}, 100);
    CHECK(ids_of(rows) == expected);
    CHECK_FALSE(rows.back().state.has_value());
    CHECK(world.store().read(ids({4})).front().state == 3);
}

TEMPLATE_LIST_TEST_CASE("pages follow the ids and leave nothing out", "[store][contract]", StoreWorlds) {
    TestType world;
    // The gaps are wider than what one statement looks at.
    const std::vector<std::int64_t> all{1, 2, 3, 99'999, 100'000, 100'001, 100'002, 250'000, 2'000'000'000};
    for (const auto id : all) world.add(SeedInstance{.id = id});
    for (const std::size_t limit : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{100}}) {
        std::vector<std::int64_t> seen;
        for (std::vector<model::WorkflowInstance> page = world.store().unfinished_after({0}, limit); !page.empty();
             page = world.store().unfinished_after(page.back().id, limit)) {
            CHECK(page.size() <= limit);
            // A page that is not full is the last.
            if (page.size() < limit) CHECK(page.back().id.value == all.back());
            for (const auto& row : page) seen.push_back(row.id.value);
        }
        CHECK(seen == all);
    }
    CHECK(world.store().unfinished_after({2'000'000'000}, 10).empty());
    CHECK(world.store().unfinished_after({0}, 0).empty());
}

TEMPLATE_LIST_TEST_CASE("a pass of few rows is one statement, and after one of many there are windows of ids",
                        "[store][contract]", RealStoreWorlds) {
    TestType world;
    std::vector<std::int64_t> wanted;
    for (std::int64_t row = 0; row < 8; ++row) wanted.push_back(1 + row * 150'000);
    for (const auto id : wanted) world.add(SeedInstance{.id = id});
    store::SociStore store(world.database().settings());
    (void)store.inspect();
    int statements = 0;
    store.on_statement([&] { ++statements; });
    const auto pass = [&](std::size_t limit) {
        statements = 0;
        return ids_of(store.unfinished_after({0}, limit));
    };
    CHECK(pass(100) == wanted);
    const int few = statements;
    CHECK(few < 8);
    CHECK(pass(8) == wanted);  // full: there may be more
    CHECK(pass(100) == wanted);
    CHECK(statements > few + 10);
    CHECK(pass(100) == wanted);
    CHECK(statements == few);
}

TEMPLATE_LIST_TEST_CASE("a missing, an empty and a claimed host are told apart", "[store][contract]", StoreWorlds) {
    TestType world;
    world.add(SeedInstance{.id = 1, .host = std::nullopt});
    world.add(SeedInstance{.id = 2, .host = ""});
    world.add(SeedInstance{.id = 3, .host = "NULL"});
    const auto rows = world.store().unfinished_after({0}, 100);
    REQUIRE(rows.size() == 3);
    CHECK_FALSE(rows[0].host.has_value());
    CHECK(rows[1].host == "");
    CHECK(rows[2].host == "NULL");
}

TEMPLATE_LIST_TEST_CASE("the ownership time is the latest that an owner writes, and the last change is known beside it",
                        "[store][contract]", StoreWorlds) {
    TestType world;
    world.add(SeedInstance{.id = 1, .start_time = "2026-11-22 21:12:00"});
    world.add(SeedInstance{.id = 2, .start_time = "2026-11-22 21:12:00", .restart_time = "2026-11-22 22:00:00"});
    world.add(SeedInstance{
        .id = 3,
        .start_time = "2026-11-22 21:12:00",
        .state_history =
            R"([{"time":"2026-11-22 21:12:01","state":"SUBMITTED_SUCCESS","desc":"a"},)"
            R"({"time":"2026-11-22 23:00:00","state":"RUNNING_EXECUTION","desc":"start a new process"}])"});
    world.add(SeedInstance{.id = 4, .start_time = std::nullopt});
    world.add(SeedInstance{.id = 5, .state_history = "nonsense"});
    const auto rows = world.store().unfinished_after({0}, 100);
    REQUIRE(rows.size() == 5);
    const auto tolerance = TestType::microseconds ? 0us : 1'000'000us;
    CHECK(rows[0].ownership.form == OwnershipTime::Form::known);
    CHECK(rows[0].ownership.earliest == berlin("2026-11-22 21:12:00") - tolerance);
    CHECK(rows[0].ownership.latest == berlin("2026-11-22 21:12:00") + tolerance);
    CHECK(rows[1].ownership.latest == berlin("2026-11-22 22:00:00") + tolerance);
    const bool by_history = TestType::generation == model::Generation::workflow;
    CHECK(rows[2].ownership.latest ==
          (by_history ? berlin("2026-11-22 23:00:00") + 1s : berlin("2026-11-22 21:12:00") + tolerance));
    CHECK(rows[2].ownership.changed == berlin("2026-11-22 23:00:00") + 1s);
    CHECK_FALSE(rows[1].ownership.changed);
    CHECK(rows[3].ownership.form == OwnershipTime::Form::absent);
    CHECK(rows[4].ownership.form == OwnershipTime::Form::unreadable);
}

TEMPLATE_LIST_TEST_CASE("of a long history the last entry counts", "[store][contract]", RealStoreWorlds) {
    TestType world;
    const auto entry = [](const std::string& time, const std::string& text) {
        return R"({"time":")" + time + R"(","state":"RUNNING_EXECUTION","desc":")" + text + R"("})";
    };
    std::string history = "[";
    for (int i = 0; i < 500; ++i) history += entry("2026-11-22 21:12:00", "[{\\\"time\\\":1}, \u00fc") + ",";
    history += entry("2026-11-22 23:00:00", "the last") + "]";
    world.add(SeedInstance{.id = 1, .start_time = "2026-11-22 21:12:00", .state_history = history});
    // One entry wider than what is read: nothing is guessed from it.
    world.add(SeedInstance{.id = 2,
                           .start_time = "2026-11-22 21:12:00",
                           .state_history = "[" + entry("2026-11-22 23:00:00", std::string(10'000, 'x')) + "]"});
    const auto rows = world.store().unfinished_after({0}, 100);
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].ownership.last_change() == berlin("2026-11-22 23:00:00") + 1s);
    CHECK(rows[1].ownership.form == OwnershipTime::Form::unreadable);
    CHECK(world.store().read(ids({1}))[0].ownership == rows[0].ownership);
}

TEMPLATE_LIST_TEST_CASE("times are read to the precision of their column", "[store][contract]", StoreWorlds) {
    TestType world;
    world.add(SeedInstance{.id = 1, .start_time = "2026-11-22 21:12:00.302069"});
    const auto ownership = world.store().read(ids({1})).front().ownership;
    const auto exact = berlin("2026-11-22 21:12:00.302069");
    REQUIRE(ownership.form == OwnershipTime::Form::known);
    if (TestType::microseconds) {
        // What masters keep: they write whole milliseconds back.
        CHECK(ownership.earliest == std::chrono::floor<std::chrono::milliseconds>(exact));
        CHECK(ownership.latest == ownership.earliest);
    } else {
        CHECK(ownership.earliest <= exact);
        CHECK(ownership.latest >= exact);
        CHECK(ownership.latest - ownership.earliest == 2s);
    }
}

TEMPLATE_LIST_TEST_CASE("a wall time that names two instants or none is not guessed", "[store][contract]",
                        StoreWorlds) {
    TestType world;
    world.add(SeedInstance{.id = 1, .start_time = "2026-10-25 02:30:00"});  // clocks go back from 3 to 2
    world.add(SeedInstance{.id = 2, .start_time = "2026-03-29 02:30:00"});  // and forth from 2 to 3
    world.add(SeedInstance{.id = 3, .start_time = "2026-10-25 03:00:00"});
    const auto rows = world.store().unfinished_after({0}, 100);
    CHECK(rows[0].ownership.form == OwnershipTime::Form::unreadable);
    CHECK(rows[0].ownership.text.substr(0, 19) == "2026-10-25 02:30:00");
    CHECK(rows[1].ownership.form == OwnershipTime::Form::unreadable);
    CHECK(rows[2].ownership.form == OwnershipTime::Form::known);
}

TEMPLATE_LIST_TEST_CASE("a pending command and a definition that is gone are seen", "[store][contract]", StoreWorlds) {
    TestType world;
    world.add_definition(9001, 1);
    world.add_definition(9002, 2);
    world.add(SeedInstance{.id = 1});
    world.add(SeedInstance{.id = 2});
    world.add(SeedInstance{.id = 3, .definition_code = 9002, .definition_version = 1});
    world.add(SeedInstance{.id = 4, .definition_code = 9009});
    world.add(SeedInstance{.id = 5, .state = 7});
    world.add_command(2);
    world.add_command(2);
    world.add_command(5);
    world.add_command(77);
    for (const auto& rows : {world.store().unfinished_after({0}, 100), world.store().read(ids({1, 2, 3, 4}))}) {
        REQUIRE(rows.size() == 4);
        CHECK_FALSE(rows[0].command_pending);
        CHECK(rows[1].command_pending);
        CHECK(rows[0].definition_exists);
        CHECK_FALSE(rows[2].definition_exists);
        CHECK_FALSE(rows[3].definition_exists);
    }
    CHECK(world.store().read(ids({5})).front().command_pending);
}

TEMPLATE_LIST_TEST_CASE("read gives what is there, in order, finished or not", "[store][contract]", StoreWorlds) {
    TestType world;
    for (const std::int64_t id : {3, 1, 2}) world.add(SeedInstance{.id = id, .state = 7});
    CHECK(ids_of(world.store().read(ids({3, 9, 1, 1}))) == std::vector<std::int64_t>{1, 3});
    CHECK(ids_of(world.store().read(ids({2}))) == std::vector<std::int64_t>{2});
}

TEMPLATE_LIST_TEST_CASE("the newest start time counts finished rows too", "[store][contract]", StoreWorlds) {
    TestType world;
    world.add(SeedInstance{.id = 1, .start_time = "2026-11-22 21:12:00"});
    world.add(SeedInstance{.id = 2, .state = 7, .start_time = "2026-11-23 08:00:00"});
    world.add(SeedInstance{.id = 3, .start_time = std::nullopt});
    CHECK(world.store().newest_start_time() == berlin("2026-11-23 08:00:00"));
    world.add(SeedInstance{.id = 4, .start_time = "2027-03-28 02:30:00"});
    CHECK_FALSE(world.store().newest_start_time().has_value());
}

TEMPLATE_LIST_TEST_CASE("a host is named by its whole text, by unfinished rows only", "[store][contract]",
                        StoreWorlds) {
    TestType world;
    world.add(SeedInstance{.id = 1, .host = "110.0.0.1:5678"});
    world.add(SeedInstance{.id = 2, .state = 7, .host = "10.0.0.2:5678"});
    world.add(SeedInstance{.id = 3, .state = std::nullopt, .host = "Master-3:5678"});
    CHECK(world.store().names_host("110.0.0.1:5678"));
    CHECK_FALSE(world.store().names_host("10.0.0.1:5678"));
    CHECK_FALSE(world.store().names_host("10.0.0.2:5678"));
    CHECK(world.store().names_host("Master-3:5678"));
    CHECK_FALSE(world.store().names_host("master-3:5678"));
    CHECK_FALSE(world.store().names_host("Master-3:5678 "));
}

TEMPLATE_LIST_TEST_CASE("unfinished tasks are those that a master of that release would mark", "[store][contract]",
                        StoreWorlds) {
    TestType world;
    std::int64_t id = 100;
    std::vector<std::int64_t> expected;
    for (const int state : {0, 1, 3, 5, 6, 7, 8, 9, 12, 13, 17}) {
        world.add(support::SeedTask{.id = ++id, .instance = 1, .state = state, .name = "t" + std::to_string(state)});
        const bool finished = state == 3 || (state >= 6 && state <= 9) ||
                              (state == 13 && TestType::generation == model::Generation::workflow);
        if (!finished) expected.push_back(id);
    }
    world.add(support::SeedTask{
        .id = 200, .instance = 1, .state = std::nullopt, .type = "SUB_PROCESS", .host = std::nullopt});
    world.add(support::SeedTask{.id = 201, .instance = 1, .flag = 0});
    world.add(support::SeedTask{.id = 202, .instance = 2});
    expected.push_back(200);
    const auto tasks = world.store().unfinished_tasks(ids({1}));
    std::vector<std::int64_t> found;
    for (const auto& task : tasks) found.push_back(task.id.value);
    REQUIRE(found == expected);
    CHECK(tasks.front().workflow_instance.value == 1);
    CHECK(tasks.front().type == "SHELL");
    CHECK(tasks.front().host == "10.9.9.7:1234");
    CHECK(tasks.front().state == 0);
    CHECK(tasks.back().type == "SUB_PROCESS");
    CHECK_FALSE(tasks.back().host.has_value());
    CHECK(world.store().unfinished_tasks(ids({1, 2})).size() == expected.size() + 1);
}

TEMPLATE_LIST_TEST_CASE("of unfinished tasks the submit time is told", "[store][contract]", StoreWorlds) {
    TestType world;
    world.add(support::SeedTask{.id = 1, .instance = 1, .submit_time = "2026-11-23 13:04:05"});
    world.add(support::SeedTask{.id = 2, .instance = 1, .submit_time = std::nullopt});
    const auto tasks = world.store().unfinished_tasks(ids({1}));
    REQUIRE(tasks.size() == 2);
    CHECK(tasks[0].submitted_at == berlin("2026-11-23 13:04:05"));
    CHECK_FALSE(tasks[1].submitted_at.has_value());
}

TEMPLATE_LIST_TEST_CASE("a submit time that names two instants is not known", "[store][contract]",
                        contract::RealStoreWorlds) {
    TestType world;
    world.add(support::SeedTask{.id = 1, .instance = 1, .submit_time = "2026-10-25 02:10:00"});
    const auto tasks = world.store().unfinished_tasks(ids({1}));
    REQUIRE(tasks.size() == 1);
    CHECK_FALSE(tasks[0].submitted_at.has_value());
}

}  // namespace dsr::workflow_store_reading
