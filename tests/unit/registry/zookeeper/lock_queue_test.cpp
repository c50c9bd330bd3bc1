// SPDX-License-Identifier: Apache-2.0
#include "registry/zookeeper/lock_queue.hpp"

#include <catch2/catch.hpp>

namespace dsr::lock_queue_test {

using dsr::registry::is_mutex_node;
using dsr::registry::queue_node_prefix;
using dsr::registry::queue_of;
using dsr::registry::queue_order;
using dsr::registry::with_prefix;
namespace recipe = dsr::registry::recipe;
using Names = std::vector<std::string>;

TEST_CASE("contenders are ordered by what follows the last lock-", "[registry][mutex]") {
    const Names children{
        "_c_ffffffff-0000-0000-0000-000000000000-lock-0000000003",  //
        "_c_00000000-0000-0000-0000-000000000000-lock-0000000011",  //
        "lock-0000000002",                                          // Curator without protection
        "_c_lock-9999999999-lock-0000000005",                       // a lock- before the last one counts for nothing
    };
    CHECK(queue_of(recipe::mutex, children) == Names{children[2], children[0], children[3], children[1]});
    CHECK(queue_of(recipe::mutex, {}).empty());
}

TEST_CASE("what is no mutex node does not queue", "[registry][mutex]") {
    const auto name =
        GENERATE(values<std::string>({"10.0.0.7:5678", "lock-", "lock-1:5678", "block-0000000001:5678",
                                      "_c_u-lock-000000001", "_c_u-lock-00000000x1", "_c_u-lock--", "0000000001", ""}));
    INFO(name);
    CHECK_FALSE(queue_order(recipe::mutex, name).has_value());
    CHECK_FALSE(is_mutex_node(name));
    CHECK(queue_of(recipe::mutex, {name}).empty());
}

TEST_CASE("the counter is compared as text, wrapped or not, as Curator does", "[registry][mutex]") {
    CHECK(queue_order(recipe::mutex, "_c_u-lock-2147483647") == "2147483647");
    CHECK(queue_order(recipe::mutex, "_c_u-lock--2147483648") == "-2147483648");
    CHECK(queue_of(recipe::mutex, {"_c_u-lock-2147483647", "_c_u-lock--2147483648"}) ==
          Names{"_c_u-lock--2147483648", "_c_u-lock-2147483647"});
}

TEST_CASE("our own node is found by its uuid", "[registry][mutex]") {
    const auto prefix = queue_node_prefix(recipe::mutex, "11111111-2222-3333-4444-555555555555");
    CHECK(prefix == "_c_11111111-2222-3333-4444-555555555555-lock-");
    const Names children{"_c_11111111-2222-3333-4444-555555555556-lock-0000000001", prefix + "0000000002"};
    CHECK(with_prefix(children, prefix) == Names{prefix + "0000000002"});
    CHECK(with_prefix({}, prefix).empty());
}

TEST_CASE("those who stand for leader are ordered by what follows the last latch-", "[registry][latch]") {
    const Names children{"_c_ffffffff-0000-0000-0000-000000000000-latch-0000000003",
                         "_c_latch-9999999999-latch-0000000002", "_c_u-lock-0000000001", "latch-1"};
    CHECK(queue_of(recipe::leader_latch, children) == Names{children[1], children[0]});
    CHECK(queue_of(recipe::mutex, children) == Names{children[2]});
    CHECK_FALSE(is_mutex_node(children[0]));
    CHECK(queue_node_prefix(recipe::leader_latch, "u") == "_c_u-latch-");
}

}  // namespace dsr::lock_queue_test
