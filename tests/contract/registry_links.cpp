// SPDX-License-Identifier: Apache-2.0
// What becomes of a real session is told to whoever counts it.
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>
#include <vector>

#include "registry/zookeeper/zookeeper_registry.hpp"
#include "support/zookeeper_client.hpp"
#include "support/zookeeper_proxy.hpp"
#include "support/zookeeper_server.hpp"

namespace dsr::registry_links {

using namespace std::chrono_literals;
using Links = std::vector<model::RegistryLink>;
using model::RegistryLink;

TEST_CASE("a session is established, cut off, connected again, and ended", "[registry]") {
    support::TestNamespace space{support::shared_zookeeper()};
    space.add_master("10.0.0.7:5678", 1703127227000, 7);
    support::ZookeeperProxy proxy{space.address()};
    Links seen;
    {
        registry::ZookeeperOptions options;
        options.connect = proxy.address();
        options.name_space = space.name();
        options.on_link = [&seen](RegistryLink link) { seen.push_back(link); };
        registry::ZookeeperRegistry registry{options, {}, {}, {}};
        CHECK(seen.empty());
        REQUIRE(registry.observe().fresh);
        CHECK(seen == Links{RegistryLink::established});
        proxy.cut();
        const auto until = std::chrono::steady_clock::now() + 30s;
        while (seen.size() < 3 && std::chrono::steady_clock::now() < until) {
            (void)registry.observe();
            std::this_thread::sleep_for(10ms);
        }
        CHECK(seen == Links{RegistryLink::established, RegistryLink::cut_off, RegistryLink::reconnected});
    }
    CHECK(seen.back() == RegistryLink::ended);
    CHECK(seen.size() == 4);
}

}  // namespace dsr::registry_links
