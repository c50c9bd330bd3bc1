// SPDX-License-Identifier: Apache-2.0
#include "registry/layout.hpp"

#include <catch2/catch.hpp>

namespace dsr::layout_test {

using model::Generation;
using model::LockLayout;
using model::LockTraces;

namespace {

model::SchemaFacts schema(Generation generation, bool tenant_code) {
    model::SchemaFacts facts;
    facts.generation = generation;
    facts.tenant_code = tenant_code;
    return facts;
}

}  // namespace

TEST_CASE("the namespace is the first part of every path", "[registry][layout]") {
    CHECK(registry::namespace_root("dolphinscheduler") == "/dolphinscheduler");
    CHECK(registry::namespace_root("/dolphinscheduler/") == "/dolphinscheduler");
    CHECK(registry::namespace_root("team/ds") == "/team/ds");
    CHECK(registry::namespace_root("").empty());
    CHECK(registry::namespace_root("/").empty());
}

TEST_CASE("our own nodes stand beside the namespace, never in it", "[registry][layout]") {
    using registry::OwnPlace;
    CHECK(registry::own_place("/dolphinscheduler", "leader") == OwnPlace{"", "/dolphinscheduler-reconciler/leader"});
    CHECK(registry::own_place("/team/ds", "stranded") == OwnPlace{"/team", "/ds-reconciler/stranded"});
    CHECK(registry::own_place("", "leader") == OwnPlace{"", "/reconciler/leader"});
}

TEST_CASE("the schema and the marker directory tell the lock", "[registry][layout]") {
    const bool markers = GENERATE(false, true);
    CHECK(registry::layout_of(schema(Generation::process, false), markers) == LockLayout::failover_masters);
    CHECK(registry::layout_of(schema(Generation::process, true), markers) == LockLayout::per_address);
    CHECK(registry::layout_of(schema(Generation::workflow, true), markers) ==
          (markers ? LockLayout::per_address : LockLayout::global));

    const model::MasterAddress address{"10.0.0.7:5678"};
    CHECK(registry::lock_path(LockLayout::failover_masters, address) == "/lock/failover/masters/10.0.0.7:5678");
    CHECK(registry::lock_path(LockLayout::per_address, address) == "/lock/master-failover/10.0.0.7:5678");
    CHECK(registry::lock_path(LockLayout::global, address) == "/lock/master-failover");
}

TEST_CASE("mutex nodes where a layout never locks contradict it", "[registry][layout]") {
    struct Row {
        LockTraces traces;
        bool failover_masters, per_address, global;
    };
    const auto row = GENERATE(values<Row>({
        {{false, false, false}, false, false, false},
        {{true, false, false}, true, true, false},
        {{false, true, false}, true, false, true},
        {{false, false, true}, false, true, true},
        {{true, true, false}, true, true, true},
    }));
    CHECK(registry::contradicts(LockLayout::failover_masters, row.traces) == row.failover_masters);
    CHECK(registry::contradicts(LockLayout::per_address, row.traces) == row.per_address);
    CHECK(registry::contradicts(LockLayout::global, row.traces) == row.global);
}

TEST_CASE("a host column may hold what is no node's name", "[registry][layout]") {
    CHECK(registry::is_node_name("10.0.0.7:5678"));
    CHECK(registry::is_node_name("ds-master-0.ds-master-headless:5678"));
    CHECK(registry::is_node_name("m\xc3\xbcller:5678"));
    const auto text = GENERATE(
        values<std::string>({"", ".", "..", "/", "a/b", "/nodes/master", "a\nb", std::string("a\0b", 3), "a\x7f"}));
    CHECK_FALSE(registry::is_node_name(text));
}

}  // namespace dsr::layout_test
