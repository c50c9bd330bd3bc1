// SPDX-License-Identifier: Apache-2.0
#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "support/random_cluster.hpp"

using namespace dsr;
using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;

TEST_CASE("invariant 5: a marker goes only when it is old and names nobody who lives or is still needed") {
    CHECK(rc::check("markers", [] {
        SweepBench bench(at_once(), schema_3_4());
        const auto cluster = draw_cluster(bench);
        struct Marker {
            std::string address;
            std::optional<Instant> startup;
            Instant value;
        };
        std::map<std::string, Marker> drawn;
        const int count = *rc::gen::inRange(0, 8);
        for (int i = 0; i < count; ++i) {
            Marker marker{drawn_address(), std::nullopt, noon - 24h * *rc::gen::inRange(0, 15)};
            auto pid = std::to_string(*rc::gen::inRange(101, 105));
            std::string name = marker.address + "-unknown-unknown";
            if (*rc::gen::inRange(0, 3) != 0) {
                const auto live = cluster.live.find(marker.address);
                const bool of_the_living = live != cluster.live.end() && live->second && *rc::gen::arbitrary<bool>();
                marker.startup = of_the_living ? *live->second : noon - 1h * *rc::gen::inRange(0, 5);
                name = marker.address + "-" + std::to_string(epoch_ms(*marker.startup)) + "-" + pid;
            }
            drawn[name] = marker;
            bench.cluster->set_marker(name, std::to_string(epoch_ms(marker.value)));
        }
        const auto report = bench.sweep();
        for (const auto& [name, marker] : drawn) {
            if (bench.cluster->markers.contains(name)) continue;
            RC_ASSERT(noon - marker.value > 24h * 7);
            const auto live = cluster.live.find(marker.address);
            if (live != cluster.live.end()) RC_ASSERT(live->second.has_value());
            const auto pid = "-" + std::to_string(100 + (marker.address[7] - '0'));
            if (marker.startup && live != cluster.live.end())
                RC_ASSERT(!(live->second == marker.startup && name.ends_with(pid)));
            if (!marker.startup) {
                for (const auto& [id, instance] : bench.tables->instances)
                    RC_ASSERT(id == 1000 || instance.row.host != marker.address || instance.row.state == 3 ||
                              (instance.row.state >= 5 && instance.row.state <= 7));
            }
        }
        RC_ASSERT(report.markers.seen == drawn.size());
        RC_ASSERT(report.markers.kept + report.markers.removed == report.markers.seen);
    }));
}
