// SPDX-License-Identifier: Apache-2.0
// What every WorkflowStore shows people besides the rows that are judged: running tasks, projects, times as they stand.
#include <algorithm>
#include <catch2/catch.hpp>

#include "contract/workflow_store_worlds.hpp"

namespace dsr::workflow_store_shown {

using contract::berlin;
using contract::ids;
using contract::StoreWorlds;
using model::OwnershipColumn;
using model::RunningTask;
using support::SeedInstance;
using support::SeedTask;

TEMPLATE_LIST_TEST_CASE("unfinished tasks are shown by instance, with what runs outside", "[store][contract]",
                        StoreWorlds) {
    TestType world;
    world.add(SeedTask{.id = 1,
                       .instance = 20,
                       .name = "it's \"odd\"",
                       .type = "SPARK",
                       .start_time = "2026-11-23 13:00:00",
                       .app_link = " application_1_1,,application_1_2 "});
    world.add(SeedTask{.id = 2, .instance = 10, .state = 17, .host = std::nullopt});
    world.add(SeedTask{.id = 3, .instance = 10, .state = std::nullopt, .start_time = "2026-11-23 13:30:00"});
    world.add(SeedTask{.id = 4, .instance = 10, .state = 7});  // finished
    world.add(SeedTask{.id = 5, .instance = 10, .flag = 0});   // an earlier try
    world.add(SeedTask{.id = 6, .instance = 30});              // not asked for
    // Berlin's clocks showed this twice.
    world.add(SeedTask{.id = 7, .instance = 20, .start_time = "2026-10-25 02:30:00"});
    const auto tasks = world.store().running_tasks(ids({20, 10, 99}), 10);
    REQUIRE(tasks.size() == 4);
    CHECK(tasks[0] == RunningTask{{2}, {10}, "t1", "SHELL", 17, std::nullopt, std::nullopt, {}});
    CHECK(tasks[1] ==
          RunningTask{{3}, {10}, "t1", "SHELL", std::nullopt, "10.9.9.7:1234", berlin("2026-11-23 13:30:00"), {}});
    CHECK(tasks[2] == RunningTask{{1},
                                  {20},
                                  "it's \"odd\"",
                                  "SPARK",
                                  1,
                                  "10.9.9.7:1234",
                                  berlin("2026-11-23 13:00:00"),
                                  {"application_1_1", "application_1_2"}});
    CHECK(tasks[3].started_at == std::nullopt);
    CHECK(world.store().running_tasks(ids({20, 10}), 2).size() == 2);
    CHECK(world.store().running_tasks(ids({20, 10}), 0).empty());
    CHECK(world.store().running_tasks({}, 10).empty());
}

TEMPLATE_LIST_TEST_CASE("of many links those that fit are told, and none that is cut", "[store][contract]",
                        StoreWorlds) {
    TestType world;
    std::string links;
    while (links.size() < 60'000)
        links += "application_1700000000000_" + std::to_string(1'000'000 + links.size()) + ",";
    world.add(SeedTask{.id = 1, .instance = 10, .app_link = links});
    const auto tasks = world.store().running_tasks(ids({10}), 10);
    REQUIRE(tasks.size() == 1);
    const auto& told = tasks[0].application_links;
    CHECK(told.size() == 100);
    CHECK(std::ranges::all_of(told, [](const std::string& link) { return link.size() == 33; }));
}

TEMPLATE_LIST_TEST_CASE("more tasks than are read at a time are shown", "[store][contract]", StoreWorlds) {
    TestType world;
    for (int id = 1; id <= 501; ++id) world.add(SeedTask{.id = id, .instance = 10});
    CHECK(world.store().running_tasks(ids({10}), 1000).size() == 501);
    CHECK(world.store().running_tasks(ids({10}), 501).back().id.value == 501);
}

TEMPLATE_LIST_TEST_CASE("a definition's project is named, or its code told when it is gone", "[store][contract]",
                        StoreWorlds) {
    TestType world;
    world.add_definition(9001, 1);
    world.add_definition(9001, 2);
    const std::vector<std::int64_t> codes{9001, 9999};
    auto projects = world.store().projects_of(codes);
    REQUIRE(projects.size() == 1);
    CHECK(projects[9001] == model::Project{1, std::nullopt});
    world.add_project(1, "nightly ü");
    projects = world.store().projects_of(codes);
    CHECK(projects[9001] == model::Project{1, "nightly ü"});
    CHECK(world.store().projects_of({}).empty());
}

TEMPLATE_LIST_TEST_CASE("an instance's times are shown, and which one decides", "[store][contract]", StoreWorlds) {
    TestType world;
    world.add(SeedInstance{.id = 1, .start_time = "2026-11-22 21:12:00"});
    world.add(SeedInstance{.id = 2, .start_time = "2026-11-22 21:12:00", .restart_time = "2026-11-22 21:13:00"});
    world.add(SeedInstance{.id = 3,
                           .state = 7,
                           .start_time = "2026-11-22 21:12:00",
                           .restart_time = "2026-11-22 21:13:00",
                           .state_history = R"([{"time":"2026-11-22 21:14:00","state":"X","desc":"y"}])",
                           .end_time = "2026-11-22 21:15:00"});
    world.add(SeedInstance{.id = 4, .start_time = std::nullopt});
    const auto starts_with = [](const std::optional<std::string>& text, const std::string& time) {
        return text && text->rfind(time, 0) == 0;
    };
    const auto first = world.store().times_of({1});
    REQUIRE(first);
    CHECK(starts_with(first->columns.start_time, "2026-11-22 21:12:00"));
    CHECK_FALSE(first->columns.restart_time);
    CHECK_FALSE(first->end_time);
    CHECK(first->decides == OwnershipColumn::start_time);
    CHECK(world.store().times_of({2})->decides == OwnershipColumn::restart_time);
    const auto third = world.store().times_of({3});
    CHECK(third->decides == (TestType::generation == model::Generation::workflow ? OwnershipColumn::state_history
                                                                                 : OwnershipColumn::restart_time));
    CHECK(starts_with(third->end_time, "2026-11-22 21:15:00"));
    CHECK(third->columns.state_history);
    CHECK(world.store().times_of({4})->decides == std::nullopt);
    CHECK_FALSE(world.store().times_of({99}));
}

}  // namespace dsr::workflow_store_shown
