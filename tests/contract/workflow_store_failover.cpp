// SPDX-License-Identifier: Apache-2.0
// What every FailoverTransaction does: locks what is still so, claims it, gives it one command, or does nothing at all.
#include <catch2/catch.hpp>

#include "contract/workflow_store_worlds.hpp"
#include "model/failure.hpp"

namespace dsr::workflow_store_failover {

using contract::berlin;
using contract::dead;
using contract::fail_over;
using contract::ids;
using contract::ids_of;
using contract::StoreWorlds;
using model::ErrorKind;
using model::Failure;
using support::SeedInstance;
using support::SeedTask;

namespace {

constexpr bool process(model::Generation generation) {
    return generation == model::Generation::process;
}

template <typename Call>
std::optional<ErrorKind> error_kind_of(Call&& call) {
    try {
        call();
    } catch (const Failure& failure) {
        return failure.kind();
    }
    return std::nullopt;
}

/// Whether the row is as a claim leaves it.
template <typename World>
bool claimed(World& world, std::int64_t id) {
    return process(World::generation) ? world.host(id) == "NULL" : world.state(id) == 18;
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("rows are claimed and get one command each, in order", "[store][contract]", StoreWorlds) {
    TestType world;
    world.add_definition(9001, 1);
    for (const std::int64_t id : {3, 1, 2}) world.add(SeedInstance{.id = id});
    world.add(SeedInstance{.id = 4, .host = "10.1.1.1:5678"});
    CHECK(ids_of(fail_over(world.store(), ids({3, 2, 1, 4}))) == std::vector<std::int64_t>{1, 2, 3});
    for (const std::int64_t id : {1, 2, 3}) {
        CHECK(claimed(world, id));
        // What is not the claim stays.
        if (process(TestType::generation)) {
            CHECK(world.state(id) == 1);
        } else {
            CHECK(world.host(id) == dead.text);
        }
    }
    CHECK(world.host(4) == "10.1.1.1:5678");
    CHECK(world.state(4) == 1);
    const auto commands = world.commands();
    const char* const instance_id = process(TestType::generation) ? "process_instance_id" : "workflow_instance_id";
    REQUIRE(commands.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) CHECK(commands[i].at(instance_id) == std::to_string(i + 1));
    const auto rows = world.store().read(ids({1}));
    CHECK(rows.front().command_pending);
}

TEMPLATE_LIST_TEST_CASE("only the failover states of the generation are locked", "[store][contract]", StoreWorlds) {
    TestType world;
    std::vector<std::int64_t> expected;
    for (int state = 0; state <= 19; ++state) {
        world.add(SeedInstance{.id = state + 1, .state = state});
        const bool both = state == 1 || state == 2 || state == 4;
        if (both || (process(TestType::generation) && (state == 0 || state == 12))) expected.push_back(state + 1);
    }
    world.add(SeedInstance{.id = 30, .state = std::nullopt});
    std::vector<model::WorkflowInstanceId> all;
    for (std::int64_t id = 1; id <= 30; ++id) all.push_back({id});
    const auto transaction = world.store().begin_failover({});
    CHECK(ids_of(transaction->lock(all, dead)) == expected);
}

TEMPLATE_LIST_TEST_CASE("a locked row is read anew, whole", "[store][contract]", StoreWorlds) {
    TestType world;
    world.add_definition(9001, 1);
    world.add(SeedInstance{.id = 1, .name = "a", .start_time = "2026-11-22 21:12:00"});
    world.add(SeedInstance{.id = 2, .definition_code = 9002});
    const auto transaction = world.store().begin_failover({});
    const auto rows = transaction->lock(ids({1, 2}), dead);
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].name == "a");
    CHECK(rows[0].host == dead.text);
    CHECK(rows[0].state == 1);
    CHECK(rows[0].ownership.latest >= berlin("2026-11-22 21:12:00"));
    CHECK(rows[0].definition_exists);
    CHECK_FALSE(rows[1].definition_exists);
}

TEMPLATE_LIST_TEST_CASE("the host is compared whole and by letter", "[store][contract]", StoreWorlds) {
    TestType world;
    world.add(SeedInstance{.id = 1, .host = "Master-1:5678"});
    world.add(SeedInstance{.id = 2, .host = "master-1:5678"});
    world.add(SeedInstance{.id = 3, .host = "master-1:56789"});
    world.add(SeedInstance{.id = 4, .host = std::nullopt});
    world.add(SeedInstance{.id = 5, .host = ""});
    const auto transaction = world.store().begin_failover({});
    CHECK(ids_of(transaction->lock(ids({1, 2, 3, 4, 5}), {"master-1:5678"})) == std::vector<std::int64_t>{2});
}

TEMPLATE_LIST_TEST_CASE("rows that name no master are refused", "[store][contract]", StoreWorlds) {
    TestType world;
    world.add(SeedInstance{.id = 1, .host = "NULL"});
    world.add(SeedInstance{.id = 2, .host = ""});
    const auto rows = world.store().read(ids({1}));
    for (const char* host : {"NULL", ""}) {
        const auto transaction = world.store().begin_failover({});
        CHECK(error_kind_of([&] { (void)transaction->lock(ids({1, 2}), {host}); }) == ErrorKind::permanent);
        const auto now = berlin("2026-11-23 13:00:00");
        CHECK(error_kind_of([&] { transaction->fail_over(rows, {host}, now); }).has_value());
    }
    CHECK(world.commands().empty());
}

TEMPLATE_LIST_TEST_CASE("without a commit nothing was done", "[store][contract]", StoreWorlds) {
    TestType world;
    world.add(SeedInstance{.id = 1});
    world.add(SeedTask{.id = 11, .instance = 1});
    {
        const auto transaction = world.store().begin_failover({});
        const auto rows = transaction->lock(ids({1}), dead);
        transaction->fail_over(rows, dead, berlin("2026-11-23 13:00:00"));
    }
    CHECK(world.host(1) == dead.text);
    CHECK(world.state(1) == 1);
    CHECK(world.task_state(11) == 1);
    CHECK(world.commands().empty());
    CHECK(fail_over(world.store(), ids({1})).size() == 1);
    CHECK(world.commands().size() == 1);
}

TEMPLATE_LIST_TEST_CASE("a row that others changed before the lock is left alone", "[store][contract]", StoreWorlds) {
    TestType world;
    for (const std::int64_t id : {1, 2, 3, 4}) world.add(SeedInstance{.id = id});
    const auto seen = world.store().read(ids({1, 2, 3, 4}));
    world.set_host(1, "10.1.1.1:5678");
    world.set_state(2, 7);
    world.remove_instance(3);
    CHECK(ids_of(fail_over(world.store(), ids({1, 2, 3, 4}))) == std::vector<std::int64_t>{4});
    CHECK(world.host(1) == "10.1.1.1:5678");
    CHECK(world.state(2) == 7);
    CHECK(world.commands().size() == 1);
}

TEMPLATE_LIST_TEST_CASE("rows that are not as they were seen are a conflict, and none is touched", "[store][contract]",
                        StoreWorlds) {
    TestType world;
    for (const std::int64_t id : {1, 2, 3}) world.add(SeedInstance{.id = id});
    world.add(SeedTask{.id = 11, .instance = 1});
    auto rows = world.store().read(ids({1, 2, 3}));
    const auto now = berlin("2026-11-23 13:00:00");
    SECTION("another state") {
        world.set_state(2, 2);
    }
    SECTION("another host") {
        world.set_host(2, "10.1.1.1:5678");
    }
    SECTION("gone") {
        world.remove_instance(2);
    }
    SECTION("one row twice") {
        rows.push_back(rows[0]);
    }
    SECTION("finished, and said to be so") {
        world.set_state(2, 7);
        rows = world.store().read(ids({1, 2, 3}));
    }
    {
        const auto transaction = world.store().begin_failover({});
        CHECK(error_kind_of([&] { transaction->fail_over(rows, dead, now); }) == ErrorKind::conflict);
        // It is over: nothing more is done, and nothing can be committed.
        CHECK(error_kind_of([&] { (void)transaction->with_command(ids({1})); }) == ErrorKind::retry);
        CHECK(error_kind_of([&] { transaction->commit(); }).has_value());
    }
    CHECK(world.host(1) == dead.text);
    CHECK(world.state(1) == 1);
    CHECK(world.host(3) == dead.text);
    CHECK(world.state(3) == 1);
    CHECK(world.task_state(11) == 1);
    CHECK(world.commands().empty());
    CHECK(ids_of(fail_over(world.store(), ids({1, 3}))) == std::vector<std::int64_t>{1, 3});
}

TEMPLATE_LIST_TEST_CASE("commands are looked for by a statement of their own", "[store][contract]", StoreWorlds) {
    TestType world;
    for (const std::int64_t id : {1, 2, 3}) world.add(SeedInstance{.id = id});
    world.add_command(2);
    world.add_command(2);
    world.add_command(9);
    const auto transaction = world.store().begin_failover({});
    CHECK(transaction->lock(ids({1, 2, 3}), dead).size() == 3);
    const auto commanded = transaction->with_command(ids({1, 2, 3}));
    CHECK(commanded == std::set<model::WorkflowInstanceId>{{2}});
    CHECK(transaction->with_command({}).empty());
}

TEMPLATE_LIST_TEST_CASE("tasks are marked where a master of that release does it", "[store][contract]", StoreWorlds) {
    TestType world;
    world.add(SeedInstance{.id = 1});
    world.add(SeedInstance{.id = 2, .host = "10.1.1.1:5678"});
    std::int64_t id = 100;
    const std::vector<int> states{0, 1, 3, 5, 6, 7, 8, 9, 12, 13, 17};
    for (const int state : states) {
        world.add(SeedTask{.id = id + state, .instance = 1, .state = state, .name = "t" + std::to_string(state)});
    }
    world.add(SeedTask{.id = 200, .instance = 1, .state = 1, .name = "old", .flag = 0});
    world.add(SeedTask{.id = 201, .instance = 2});
    world.add(SeedTask{.id = 202, .instance = 1, .state = std::nullopt, .name = "none"});
    CHECK(fail_over(world.store(), ids({1})).size() == 1);
    for (const int state : states) {
        const bool finished = state == 3 || (state >= 6 && state <= 9);
        CHECK(world.task_state(id + state) == (process(TestType::generation) && !finished ? 8 : state));
    }
    CHECK(world.task_state(200) == 1);
    CHECK(world.task_state(201) == 1);
    CHECK(world.task_state(202) == (process(TestType::generation) ? std::optional(8) : std::nullopt));
}

TEMPLATE_LIST_TEST_CASE("nothing to hand over is nothing done", "[store][contract]", StoreWorlds) {
    TestType world;
    world.add(SeedInstance{.id = 1});
    const auto transaction = world.store().begin_failover({});
    CHECK(transaction->lock({}, dead).empty());
    transaction->fail_over({}, dead, berlin("2026-11-23 13:00:00"));
    transaction->commit();
    CHECK(world.host(1) == dead.text);
    CHECK(world.commands().empty());
}

TEMPLATE_LIST_TEST_CASE("a batch may be handed over in pieces", "[store][contract]", StoreWorlds) {
    TestType world;
    for (const std::int64_t id : {1, 2, 3}) world.add(SeedInstance{.id = id});
    const auto transaction = world.store().begin_failover({});
    const auto rows = transaction->lock(ids({1, 2, 3}), dead);
    const auto now = berlin("2026-11-23 13:00:00");
    transaction->fail_over(std::span(rows).first(1), dead, now);
    transaction->fail_over(std::span(rows).subspan(1), dead, now);
    transaction->commit();
    CHECK(world.commands().size() == 3);
    for (const std::int64_t id : {1, 2, 3}) CHECK(claimed(world, id));
}

TEMPLATE_LIST_TEST_CASE("while a transaction is open the store itself is not to be used", "[store][contract]",
                        StoreWorlds) {
    TestType world;
    {
        const auto transaction = world.store().begin_failover({});
        CHECK_THROWS_AS(world.store().read(ids({1})), std::logic_error);
        CHECK_THROWS_AS(world.store().begin_failover({}), std::logic_error);
        CHECK_THROWS_AS(world.store().insert_alert({}, berlin("2026-11-23 13:00:00"), model::Milliseconds{1}),
                        std::logic_error);
        transaction->commit();
        CHECK_THROWS_AS(transaction->commit(), std::logic_error);
    }
    CHECK(world.store().read(ids({1})).empty());
}

TEMPLATE_LIST_TEST_CASE("five thousand rows are one batch", "[store][contract]", StoreWorlds) {
    TestType world;
    if constexpr (TestType::real) {
        world.sql().run("begin");
    }
    std::vector<model::WorkflowInstanceId> all;
    for (std::int64_t id = 1; id <= 5000; ++id) {
        world.add(SeedInstance{.id = id, .state = id % 7 == 0 ? 4 : 1});
        all.push_back({id});
    }
    if constexpr (TestType::real) {
        world.sql().run("commit");
    }
    CHECK(fail_over(world.store(), all).size() == 5000);
    CHECK(world.commands().size() == 5000);
    CHECK(claimed(world, 1));
    CHECK(claimed(world, 5000));
    CHECK(world.store().begin_failover({})->with_command(all).size() == 5000);
}

}  // namespace dsr::workflow_store_failover
