// SPDX-License-Identifier: Apache-2.0
// The rights that a guard needs (grants.cpp): with any of them taken away one is refused. That they suffice, the other
// tests of the guard show, for the daemon's user has just these.
#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "contract/guarded_world.hpp"

namespace dsr::workflow_store_guard_rights {

using contract::DatabaseKind;
using contract::GuardedWorld;
using contract::GuardWorlds;
using model::ErrorKind;
using model::Failure;

namespace {

/// Guards that take every way, each of which would be entered.
template <typename World>
std::vector<model::TransactionGuard> guards_of_each_kind(GuardedWorld<World>& world) {
    world.register_still();
    auto absent = world.guard;
    absent.address = {"10.9.9.8:1"};
    absent.seen.reset();
    absent.marker = {"10.9.9.8:1-unknown-unknown", "1"};
    auto living = world.guard;
    living.seen->still.reset();
    auto leaked = absent;
    leaked.lock_path += ":leaked";
    leaked.leaked_lock = world.add_lock(leaked.lock_path);
    return {absent, world.guard, living, leaked};
}

/// (right, on what) of the registry's tables and of the replicas, as far as a guard needs them.
std::vector<std::pair<std::string, std::string>> rights_of_guards(DatabaseKind kind) {
    std::vector<std::pair<std::string, std::string>> all;
    for (const char* table : {"t_ds_jdbc_registry_lock", "t_ds_jdbc_registry_data"}) {
        for (const char* right : {"select", "insert", "delete"}) all.emplace_back(right, table);
        if (kind != DatabaseKind::postgresql) continue;
        all.emplace_back("update (create_time)", table);
        all.emplace_back("usage", "sequence " + std::string(table) + "_id_seq");
    }
    all.emplace_back("select", "t_ds_jdbc_registry_client_heartbeat");
    // MariaDB, unlike MySQL, locks rows for everyone who may read them.
    if (kind == DatabaseKind::postgresql)
        all.emplace_back("update (create_time)", "t_ds_jdbc_registry_client_heartbeat");
    all.emplace_back("select", "t_ds_jdbc_registry_data_change_event");
    all.emplace_back("select", "ds_reconciler_replicas");
    return all;
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("none of the rights on the registry's tables is too many", "[store][contract][guard]",
                        GuardWorlds) {
    GuardedWorld<TestType> world;
    const auto guards = guards_of_each_kind(world);
    const auto lacks_a_right = [&] {
        bool lacking = false;
        for (const auto& guard : guards) {
            try {
                const auto refused = world.store().begin_failover({})->enter(guard);
                CHECK(refused == std::nullopt);
            } catch (const Failure& failure) {
                CHECK(failure.kind() == ErrorKind::permanent);
                CHECK_THAT(failure.what(), Catch::Contains("lacks a right"));
                lacking = true;
            }
        }
        return lacking;
    };
    CHECK_FALSE(lacks_a_right());
    const std::string user = GuardedWorld<TestType>::mysql ? "'ds_reconciler'@'%'" : "ds_reconciler";
    for (const auto& [right, on] : rights_of_guards(TestType::kind)) {
        INFO(right << " on " << on);
        world.sql().run("revoke " + right + " on " + on + " from " + user);
        CHECK(lacks_a_right());
        world.sql().run("grant " + right + " on " + on + " to " + user);
    }
    CHECK_FALSE(lacks_a_right());
}

}  // namespace dsr::workflow_store_guard_rights
