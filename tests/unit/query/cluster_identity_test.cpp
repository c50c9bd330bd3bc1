// SPDX-License-Identifier: Apache-2.0
#include "query/cluster_identity.hpp"

#include <catch2/catch.hpp>

#include "query/daemon_status.hpp"
#include "support/builders.hpp"
#include "support/openapi.hpp"

namespace dsr::cluster_identity_test {

using namespace dsr::model;
using namespace dsr::test;
using query::ClusterIdentity;
using query::in_words;

namespace {

ClusterIdentity production() {
    return {.name = "production",
            .name_space = "dolphinscheduler",
            .registry = RegistryKind::zookeeper,
            .endpoints = {"zk1:2181", "zk2:2181"},
            .database = DatabaseKind::mysql,
            .database_host = "fd00::5",
            .database_port = 3306,
            .database_name = "ds",
            .config_file = "/etc/ds-reconciler/reconciler.yaml"};
}

SweepReport seen() {
    SweepReport report;
    report.started_at = noon;
    report.schema = schema_3_4();
    report.schema->version_text = "3.4.0";
    report.layout = LockLayout::per_address;
    return report;
}

}  // namespace

TEST_CASE("the status names its cluster, and the DolphinScheduler that the last sweep found there") {
    query::DaemonStatus daemon_status;
    daemon_status.cluster = production();
    auto json = query::status(daemon_status, noon);
    CHECK(faults(json, "Status").empty());
    CHECK(json["cluster"]["name"] == "production");
    CHECK(json["cluster"]["registry"]["endpoints"] == query::Json({"zk1:2181", "zk2:2181"}));
    CHECK(json["cluster"]["database"]["port"] == 3306);
    CHECK(json["cluster"]["dolphinscheduler"].is_null());
    CHECK(json["cluster"]["lock_layout"].is_null());
    daemon_status.finished(seen());
    SweepReport failed;
    failed.outcome = SweepReport::Outcome::failed;
    daemon_status.finished(failed);
    json = query::status(daemon_status, noon);
    CHECK(faults(json, "Status").empty());
    CHECK(json["cluster"]["dolphinscheduler"] == query::Json({{"version", "3.4.0"}, {"tables", "workflow"}}));
    CHECK(json["cluster"]["lock_layout"] == "per_address");
}

TEST_CASE("a cluster is named on one line") {
    CHECK(in_words(to_json(production(), std::nullopt)) ==
          "production: registry zookeeper zk1:2181,zk2:2181, namespace dolphinscheduler; database mysql ds at "
          "[fd00::5]:3306; configuration /etc/ds-reconciler/reconciler.yaml");
    CHECK_THAT(in_words(to_json(production(), seen())),
               Catch::Contains("; DolphinScheduler 3.4.0, tables workflow, failover lock per_address; "));
    auto socket = production();
    socket.database_host = "/run/postgresql";
    CHECK_THAT(in_words(to_json(socket, std::nullopt)), Catch::Contains("ds at /run/postgresql; "));
    const ClusterIdentity small{.name = "demo",
                                .name_space = "ds",
                                .registry = RegistryKind::jdbc,
                                .database = DatabaseKind::sqlite,
                                .database_name = "/var/ds.db"};
    const auto json = to_json(small, std::nullopt);
    CHECK(faults(json, "Cluster").empty());
    CHECK(json["database"]["host"].is_null());
    CHECK(json["database"]["port"].is_null());
    CHECK(in_words(json) == "demo: registry jdbc; database sqlite /var/ds.db");
}

}  // namespace dsr::cluster_identity_test
