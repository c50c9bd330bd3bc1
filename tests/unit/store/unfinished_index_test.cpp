// SPDX-License-Identifier: Apache-2.0
#include "store/unfinished_index.hpp"

#include <catch2/catch.hpp>

using namespace dsr;
using namespace std::chrono_literals;
using Catch::Contains;

TEST_CASE("an index is advised where reading few rows takes long, with what it cost", "[store]") {
    CHECK_THAT(store::index_advice({.rows = 1000, .took = 2s}),
               Contains("1000 unfinished") && Contains("2000 ms") && Contains("init-db --with-index"));
    CHECK_THAT(store::index_advice({.rows = 0, .took = 500ms}), !Catch::Equals(""));
}

TEST_CASE("an index is not advised where it is, where nobody feels its lack, and where the rows themselves take long",
          "[store]") {
    CHECK(store::index_advice({.indexed = true, .rows = 1000, .took = 2s}).empty());
    CHECK(store::index_advice({.rows = 0, .took = 499ms}).empty());
    CHECK(store::index_advice({.rows = 100'000, .took = 2s}).empty());
}

TEST_CASE("the index can be printed for either generation, each with the states that are final there", "[store]") {
    const std::string sql = store::unfinished_index_statements(store::DatabaseKind::postgresql);
    CHECK_THAT(sql, Contains("concurrently ds_reconciler_unfinished on t_ds_process_instance (id)") &&
                        Contains("concurrently ds_reconciler_unfinished on t_ds_workflow_instance (id)"));
    CHECK_THAT(store::unfinished_index_statements(store::DatabaseKind::mysql),
               Contains("lock = none") && Contains("(state, id)"));
}
