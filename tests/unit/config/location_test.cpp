// SPDX-License-Identifier: Apache-2.0
#include "config/location.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <variant>

#include "config/load.hpp"
#include "support.hpp"

namespace dsr::location_test {

using namespace dsr::config;
using namespace dsr::config::test;
using Catch::Contains;

namespace {

Location found(const LocationOptions& options, const Environment& environment = {}) {
    auto location = locate(options, environment);
    REQUIRE(fault_of(location) == nullptr);
    return std::get<Location>(location);
}

std::string refused(const LocationOptions& options) {
    const auto location = locate(options, {});
    const auto* fault = fault_of(location);
    return fault == nullptr ? "" : fault->message;
}

}  // namespace

TEST_CASE("the file is that of the option, the cluster, the variable, the default, in this order") {
    const Environment variable{{"DS_RECONCILER_CONFIG", "/srv/a.yaml"}};
    CHECK(found({"b.yaml", {}}, variable).file == "b.yaml");
    CHECK(found({{}, "blue"}, variable).file == "/etc/ds-reconciler/blue.yaml");
    CHECK(found({}, variable).file == "/srv/a.yaml");
    CHECK(found({}, {{"DS_RECONCILER_CONFIG", ""}}).file == default_file);
    CHECK(found({}).file == default_file);
}

TEST_CASE("a cluster brings the settings that its unit adds, unless the environment has them") {
    const auto location = found({{}, "blue"}, {{"DS_RECONCILER_DATABASE__TIME_ZONE", "UTC"}});
    const auto loaded = load_text("{}", Syntax::yaml, "t", location.environment);
    REQUIRE(loaded.config);
    CHECK(loaded.config->http.socket == "/run/ds-reconciler-blue/http.sock");
    CHECK(loaded.config->recording.folder == "/var/lib/ds-reconciler-blue/recordings");
    const Environment own{{"DS_RECONCILER_HTTP__SOCKET", "/tmp/own.sock"}};
    CHECK(found({{}, "blue"}, own).environment.at("DS_RECONCILER_HTTP__SOCKET") == "/tmp/own.sock");
}

TEST_CASE("options that name no configuration, or two, are refused") {
    CHECK_THAT(refused({"a.yaml", "blue"}), Contains("give one of them"));
    CHECK_THAT(refused({"", {}}), Contains("--config is empty"));
    for (const auto* name : {"", "a/b", "..", ".hidden", "a b", "a\n"}) {
        INFO(name);
        CHECK_THAT(refused({{}, name}), Contains("is not the name of an instance"));
    }
    CHECK(refused({{}, "prod-2.eu_west:1"}).empty());
}

TEST_CASE("the variable that names the file is not taken for a setting") {
    auto environment = zone_variable;
    environment["DS_RECONCILER_CONFIG"] = "/srv/a.yaml";
    CHECK(lines(load_text("{}", Syntax::yaml, "t", environment).errors).empty());
    environment["DS_RECONCILER_CONFIGS"] = "/srv/a.yaml";
    CHECK(lines(load_text("{}", Syntax::yaml, "t", environment).errors).size() == 1);
}

}  // namespace dsr::location_test
