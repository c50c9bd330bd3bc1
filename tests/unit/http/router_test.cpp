// SPDX-License-Identifier: Apache-2.0
#include "http/router.hpp"

#include <catch2/catch.hpp>

namespace dsr::router_test {

using namespace dsr::http;

namespace {

Router router() {
    Router made;
    made.add({"GET", "/", Access::read, {}});
    made.add({"GET", "/api/v1/explain/{id}", Access::read, {}});
    made.add({"GET", "/api/v1/thing", Access::read, {}});
    made.add({"POST", "/api/v1/thing", Access::change, {}});
    return made;
}

Router::Match find(const Router& made, std::string_view method, std::string_view path) {
    return made.find(method, parse_target(path)->segments);
}

}  // namespace

TEST_CASE("a route is found by method and path, with what its braces took") {
    const auto made = router();
    const auto found = find(made, "GET", "/api/v1/explain/7%2F8");
    REQUIRE(found.route != nullptr);
    CHECK(found.route->pattern == "/api/v1/explain/{id}");
    CHECK(found.parameters == Pairs{{"id", "7/8"}});
    CHECK(find(made, "GET", "/").route != nullptr);
    CHECK(find(made, "HEAD", "/api/v1/thing").route->method == "GET");
    CHECK(find(made, "POST", "/api/v1/thing").route->access == Access::change);
}

TEST_CASE("no such path, and a path without that method") {
    const auto made = router();
    for (const auto* path : {"/api", "/api/v1/explain", "/api/v1/explain/", "/api/v1/explain/1/2", "/api/v1/thing/",
                             "//api/v1/thing", "/API/v1/thing"}) {
        INFO(path);
        const auto found = find(made, "GET", path);
        CHECK(found.route == nullptr);
        CHECK(found.allow.empty());
    }
    const auto deleting = find(made, "DELETE", "/api/v1/thing");
    CHECK(deleting.route == nullptr);
    CHECK(deleting.allow == "GET, HEAD, POST");
    CHECK(find(made, "get", "/api/v1/thing").route == nullptr);
}

TEST_CASE("a query has only what is known, once") {
    const auto status_of = [](const Pairs& query, const std::vector<std::string>& names, std::size_t repeated) {
        try {
            require_known(query, names, repeated);
        } catch (const Refusal& refusal) {
            return refusal.status();
        }
        return 200;
    };
    CHECK(status_of({{"a", "1"}, {"b", "1"}, {"b", "2"}}, {"a", "b"}, true) == 200);
    CHECK(status_of({{"a", "1"}, {"a", "1"}}, {"a", "b"}, true) == 400);
    CHECK(status_of({{"b", "1"}, {"b", "1"}}, {"a", "b"}, false) == 400);
    CHECK(status_of({{"c", "1"}}, {"a"}, false) == 400);
}

}  // namespace dsr::router_test
