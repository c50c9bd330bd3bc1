// SPDX-License-Identifier: Apache-2.0
#include "worker/host_resolver.hpp"

#include <catch2/catch.hpp>
#include <chrono>

namespace dsr::host_resolver_test {

using namespace std::chrono_literals;

TEST_CASE("names of hosts are resolved, and addresses are left out") {
    const auto found = worker::resolved({"localhost", "10.0.0.1", "::1", ""}, 5s);
    REQUIRE(found.size() == 1);
    CHECK(found.at("localhost").contains("127.0.0.1"));
    CHECK(worker::resolved({}, 5s).empty());
}

}  // namespace dsr::host_resolver_test
