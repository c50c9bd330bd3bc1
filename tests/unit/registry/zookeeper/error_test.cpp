// SPDX-License-Identifier: Apache-2.0
#include "registry/zookeeper/error.hpp"

#include <zookeeper/zookeeper.h>

#include <catch2/catch.hpp>

namespace dsr::error_test {

using dsr::model::ErrorKind;
using dsr::registry::Access;
using dsr::registry::zookeeper_failure;

TEST_CASE("ZooKeeper's codes mean something to the sweep", "[registry][error]") {
    struct Row {
        int code;
        ErrorKind read, write;
    };
    const auto row = GENERATE(values<Row>({
        {ZCONNECTIONLOSS, ErrorKind::retry, ErrorKind::unknown_outcome},
        {ZOPERATIONTIMEOUT, ErrorKind::retry, ErrorKind::unknown_outcome},
        {ZSESSIONMOVED, ErrorKind::retry, ErrorKind::unknown_outcome},
        {ZCLOSING, ErrorKind::retry, ErrorKind::unknown_outcome},
        {ZSESSIONEXPIRED, ErrorKind::retry, ErrorKind::retry},
        {ZINVALIDSTATE, ErrorKind::retry, ErrorKind::retry},
        {ZTHROTTLEDOP, ErrorKind::retry, ErrorKind::retry},
        {ZBADVERSION, ErrorKind::conflict, ErrorKind::conflict},
        {ZNONODE, ErrorKind::conflict, ErrorKind::conflict},
        {ZNOAUTH, ErrorKind::permanent, ErrorKind::permanent},
        {ZAUTHFAILED, ErrorKind::permanent, ErrorKind::permanent},
        {ZBADARGUMENTS, ErrorKind::permanent, ErrorKind::permanent},
        {ZMARSHALLINGERROR, ErrorKind::permanent, ErrorKind::permanent},
    }));
    INFO(row.code);
    CHECK(zookeeper_failure(row.code, Access::read, "reading /x").kind() == row.read);
    CHECK(zookeeper_failure(row.code, Access::write, "removing /x").kind() == row.write);
}

TEST_CASE("a failure says what, to what, and what to do", "[registry][error]") {
    const std::string text = zookeeper_failure(ZNOAUTH, Access::read, "reading /ds/nodes/master").what();
    CHECK_THAT(text, Catch::Contains("reading /ds/nodes/master") && Catch::Contains("registry.digest_file"));
    CHECK_THAT(zookeeper_failure(ZCONNECTIONLOSS, Access::write, "removing /x").what(),
               Catch::Contains("the outcome is unknown"));
}

}  // namespace dsr::error_test
