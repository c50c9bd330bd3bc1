// SPDX-License-Identifier: Apache-2.0
// The row in t_ds_alert that DolphinScheduler's alert server delivers: complete, and not told twice.
#include <catch2/catch.hpp>

#include "contract/workflow_store_worlds.hpp"

namespace dsr::workflow_store_alerts {

using namespace std::chrono_literals;
using contract::berlin;
using contract::StoreWorlds;
using store::AlertRow;

namespace {

const AlertRow lost{.title = "Fault tolerance warning",
                    .content = R"([{"type":"MASTER","host":"/nodes/master/10.9.9.9:5678","event":"SERVER_DOWN"}])",
                    .sign = "0123456789012345678901234567890123456789"};

}  // namespace

TEMPLATE_LIST_TEST_CASE("an alert is written as the alert server reads it", "[store][contract]", StoreWorlds) {
    TestType world;
    CHECK(world.store().insert_alert(lost, berlin("2026-11-23 13:14:15.4"), 60min));
    const auto alerts = world.alerts();
    REQUIRE(alerts.size() == 1);
    auto alert = alerts.front();
    CHECK(alert.at("title") == lost.title);
    CHECK(alert.at("content") == lost.content);
    CHECK(alert.at("sign") == lost.sign);
    CHECK(alert.at("alert_status") == "0");
    CHECK(alert.at("warning_type") == "2");
    CHECK(alert.at("alert_type") == "4");
    CHECK(alert.at("alertgroup_id") == "1");
    CHECK(alert.at("create_time").substr(0, 19) == "2026-11-23 13:14:15");
    CHECK(alert.at("update_time") == alert.at("create_time"));
    alert.erase("id");
    CHECK(alert.size() == 9);
}

TEMPLATE_LIST_TEST_CASE("the same alert is not told twice within its time", "[store][contract]", StoreWorlds) {
    TestType world;
    const auto first = berlin("2026-11-23 13:00:00");
    CHECK(world.store().insert_alert(lost, first, 60min));
    CHECK_FALSE(world.store().insert_alert(lost, first + 59min, 60min));
    auto other = lost;
    other.sign = "9876543210987654321098765432109876543210";
    CHECK(world.store().insert_alert(other, first + 59min, 60min));
    CHECK(world.store().insert_alert(lost, first + 61min, 60min));
    CHECK_FALSE(world.store().insert_alert(lost, first + 62min, 60min));
    CHECK(world.alerts().size() == 3);
}

TEMPLATE_LIST_TEST_CASE("an alert that is to be told again always is", "[store][contract]", StoreWorlds) {
    TestType world;
    const auto first = berlin("2026-11-23 13:00:00");
    CHECK(world.store().insert_alert(lost, first, 0min));
    CHECK(world.store().insert_alert(lost, first + 1min, 0min));
    CHECK(world.alerts().size() == 2);
}

TEMPLATE_LIST_TEST_CASE("an alert stands by itself, whatever becomes of a failover", "[store][contract]", StoreWorlds) {
    TestType world;
    world.add(support::SeedInstance{.id = 1});
    { const auto transaction = world.store().begin_failover({}); }
    CHECK(world.store().insert_alert(lost, berlin("2026-11-23 13:00:00"), 60min));
    CHECK(world.alerts().size() == 1);
}

TEMPLATE_LIST_TEST_CASE("quotes, backslashes and other scripts arrive as they are", "[store][contract]", StoreWorlds) {
    TestType world;
    auto alert = lost;
    alert.content = "[{\"workflow\":\"d'Œuvre \\\"x\\\" :name %s 工作流 \\n\"}]";
    CHECK(world.store().insert_alert(alert, berlin("2026-11-23 13:00:00"), 60min));
    CHECK(world.alerts().front().at("content") == alert.content);
}

}  // namespace dsr::workflow_store_alerts
