// SPDX-License-Identifier: Apache-2.0
// The AlertChannel port: what every operator keeps to, the fake that sweeps are tested with and the real ones.
#include <spdlog/sinks/ostream_sink.h>

#include <catch2/catch.hpp>
#include <sstream>

#include "alert/ds_alert_table.hpp"
#include "alert/log_alert.hpp"
#include "model/failure.hpp"
#include "support/sweep_bench.hpp"

namespace dsr::alert_channel_contract {

using namespace std::chrono_literals;

namespace {

struct FakeWorld {
    test::FakeChannel channel;
    alert::AlertChannel& port() { return channel; }
    std::size_t told() { return channel.told.size(); }
};

struct TableWorld {
    std::shared_ptr<fakes::FakeTables> tables = std::make_shared<fakes::FakeTables>();
    fakes::FakeWorkflowStore store{tables};
    alert::DsAlertTable channel{store, 7, 60min};
    TableWorld() { tables->facts = test::schema_3_1(); }
    alert::AlertChannel& port() { return channel; }
    std::size_t told() { return tables->alerts.size(); }
};

struct LogWorld {
    std::ostringstream out;
    spdlog::logger log{"test", std::make_shared<spdlog::sinks::ostream_sink_st>(out)};
    alert::LogAlert channel{log};
    alert::AlertChannel& port() { return channel; }
    std::size_t told() {
        std::size_t lines = 0;
        for (const char c : out.str()) lines += c == '\n' ? 1 : 0;
        return lines;
    }
};

alert::Alert alert_of(const std::string& key) {
    alert::Alert made;
    made.key = key;
    made.title = "title of " + key;
    made.summary = "what happened";
    made.content = "[{}]";
    return made;
}

}  // namespace

TEMPLATE_TEST_CASE("every alert is told", "[alert]", FakeWorld, TableWorld, LogWorld) {
    TestType world;
    CHECK_FALSE(world.port().name().empty());
    world.port().send(alert_of("a"), test::noon);
    world.port().send(alert_of("b"), test::noon);
    CHECK(world.told() == 2);
}

TEST_CASE("the table keeps a repeat from being delivered, whoever wrote the first", "[alert]") {
    TableWorld world;
    world.port().send(alert_of("a"), test::noon);
    world.port().send(alert_of("a"), test::noon + 59min);
    CHECK(world.told() == 1);
    world.port().send(alert_of("a"), test::noon + 60min + 1s);
    CHECK(world.told() == 2);
    CHECK(world.tables->alerts[0].row.alert_group == 7);
}

TEST_CASE("a table out of reach is the caller's to try again", "[alert]") {
    TableWorld world;
    world.store.out_of_reach = "down";
    CHECK_THROWS_AS(world.port().send(alert_of("a"), test::noon), model::Failure);
    CHECK(world.told() == 0);
}

}  // namespace dsr::alert_channel_contract
