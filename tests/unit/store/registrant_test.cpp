// SPDX-License-Identifier: Apache-2.0
// Who registered a row of the JDBC registry of 3.2.
#include "store/sql/registrant.hpp"

#include <catch2/catch.hpp>
#include <string>

namespace dsr::registrant_test {

using dsr::store::registrant;

namespace {

const std::string key = "/nodes/master/a:1";

}  // namespace

TEST_CASE("a registrant is known by address, startup time and process, under whatever id and with whatever load") {
    const auto first = registrant(key, R"({"startupTime":1000,"processId":7})", 1);
    CHECK(first == 8419332828631846302);  // it is saved, so it must not change with the program
    CHECK(registrant(key, R"({"processId":7,"reportTime":5,"startupTime":1000,"cpuUsage":0.5})", 2) == first);
    CHECK(registrant(key, R"({"startupTime":1001,"processId":7})", 1) != first);
    CHECK(registrant(key, R"({"startupTime":1000,"processId":8})", 1) != first);
    CHECK(registrant("/nodes/master/a:2", R"({"startupTime":1000,"processId":7})", 1) != first);
    CHECK(registrant(key, R"({"startupTime":10007,"processId":7})", 1) !=
          registrant(key, R"({"startupTime":1000,"processId":77})", 1));
}

TEST_CASE("a registrant whose value does not tell is known by the id of its row") {
    const auto value =
        GENERATE(values<std::string>({"", "no json", "[]", "7", R"({"startupTime":1000})", R"({"processId":7})",
                                      R"({"startupTime":"1000","processId":7})", R"({"startupTime":1.5,"processId":7})",
                                      std::string(10'000, '['), R"({"startupTime":)" + std::string(10'000, '[')}));
    CHECK(registrant(key, value, 1) == registrant(key, "another", 1));
    CHECK(registrant(key, value, 1) != registrant(key, value, 2));
    CHECK(registrant(key, value, 1) > 0);
}

}  // namespace dsr::registrant_test
