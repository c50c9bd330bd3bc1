// SPDX-License-Identifier: Apache-2.0
// Curator's LeaderLatch and ours, at the same place: one leads, both agree on the line.
#include <catch2/catch.hpp>
#include <chrono>

#include "interop/curator_peer.hpp"

using namespace dsr;
using namespace std::chrono_literals;
using interop::CuratorPeer;
using interop::options;
using support::TestNamespace;

namespace {

using Identities = std::vector<std::string>;

/// Until the line is that long.
registry::Leadership lead_among(registry::Registry& registry, std::size_t length) {
    for (const auto until = std::chrono::steady_clock::now() + 30s; std::chrono::steady_clock::now() < until;)
        if (auto seen = registry.lead(); seen.replicas.size() == length) return seen;
    throw std::runtime_error("the line does not become " + std::to_string(length) + " long");
}

}  // namespace

TEST_CASE("Curator's leader latch and ours exclude each other", "[registry][interop]") {
    TestNamespace space{support::shared_zookeeper()};
    registry::ZookeeperRegistry ours{options(space, "ours"), {}, {}, {}};
    CuratorPeer peer{space};
    const auto line = "/" + space.name() + "-reconciler/leader";

    SECTION("ours first") {
        REQUIRE(ours.lead().leads);
        REQUIRE(peer.ask("enter " + line + " curator") == "entered");
        const auto seen = lead_among(ours, 2);
        CHECK(seen.leads);
        CHECK(seen.replicas == Identities{"ours", "curator"});
        CHECK(peer.ask("await " + line + " 300") == "follows");
        CHECK(peer.ask("line " + line) == "ours curator");
        ours.resign();
        CHECK(peer.ask("await " + line + " 20000") == "leads");
        const auto after = ours.lead();
        CHECK_FALSE(after.leads);
        CHECK(after.replicas == Identities{"curator", "ours"});
        CHECK(peer.ask("leave " + line) == "left");
        CHECK(lead_among(ours, 1).leads);
    }
    SECTION("Curator first") {
        REQUIRE(peer.ask("enter " + line + " curator") == "entered");
        REQUIRE(peer.ask("await " + line + " 20000") == "leads");
        const auto seen = ours.lead();
        CHECK_FALSE(seen.leads);
        CHECK(seen.leader == "curator");
        CHECK(peer.ask("line " + line) == "curator ours");
        CHECK(peer.ask("await " + line + " 0") == "leads");
        peer.die();
        CHECK_FALSE(ours.lead().leads);  // its session still stands
        CHECK(lead_among(ours, 1).leads);
    }
}
