// SPDX-License-Identifier: Apache-2.0
#include "registry/zookeeper_error.hpp"

#include <zookeeper/zookeeper.h>

#include <catch2/catch.hpp>

using dsr::model::Meaning;
using dsr::registry::Access;
using dsr::registry::zookeeper_failure;

TEST_CASE("ZooKeeper's codes mean something to the sweep", "[registry][error]") {
    struct Row {
        int code;
        Meaning read, write;
    };
    const auto row = GENERATE(values<Row>({
        {ZCONNECTIONLOSS, Meaning::retry, Meaning::unknown_outcome},
        {ZOPERATIONTIMEOUT, Meaning::retry, Meaning::unknown_outcome},
        {ZSESSIONMOVED, Meaning::retry, Meaning::unknown_outcome},
        {ZCLOSING, Meaning::retry, Meaning::unknown_outcome},
        {ZSESSIONEXPIRED, Meaning::retry, Meaning::retry},
        {ZINVALIDSTATE, Meaning::retry, Meaning::retry},
        {ZTHROTTLEDOP, Meaning::retry, Meaning::retry},
        {ZBADVERSION, Meaning::conflict, Meaning::conflict},
        {ZNONODE, Meaning::conflict, Meaning::conflict},
        {ZNOAUTH, Meaning::refused, Meaning::refused},
        {ZAUTHFAILED, Meaning::refused, Meaning::refused},
        {ZBADARGUMENTS, Meaning::refused, Meaning::refused},
        {ZMARSHALLINGERROR, Meaning::refused, Meaning::refused},
    }));
    INFO(row.code);
    CHECK(zookeeper_failure(row.code, Access::read, "reading /x").meaning() == row.read);
    CHECK(zookeeper_failure(row.code, Access::write, "removing /x").meaning() == row.write);
}

TEST_CASE("a failure says what, to what, and what to do", "[registry][error]") {
    const std::string text = zookeeper_failure(ZNOAUTH, Access::read, "reading /ds/nodes/master").what();
    CHECK_THAT(text, Catch::Contains("reading /ds/nodes/master") && Catch::Contains("registry.digest_file"));
    CHECK_THAT(zookeeper_failure(ZCONNECTIONLOSS, Access::write, "removing /x").what(),
               Catch::Contains("may or may not have been done"));
}
