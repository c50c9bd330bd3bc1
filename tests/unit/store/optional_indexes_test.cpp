// SPDX-License-Identifier: Apache-2.0
#include "store/sql/optional_indexes.hpp"

#include <catch2/catch.hpp>

namespace dsr::optional_indexes_test {

using namespace std::chrono_literals;
using Catch::Contains;

TEST_CASE("an index is advised where reading few rows takes long, with what it cost", "[store]") {
    CHECK_THAT(store::index_advice(store::UnfinishedScan{.rows = 1000, .took = 2s}),
               Contains("1000 unfinished") && Contains("2000 ms") && Contains("init-db --with-index"));
    CHECK_THAT(store::index_advice(store::UnfinishedScan{.rows = 0, .took = 500ms}), !Catch::Equals(""));
}

TEST_CASE("an index is not advised where it is, where nobody feels its lack, and where the rows themselves take long",
          "[store]") {
    CHECK(store::index_advice(store::UnfinishedScan{.indexed = true, .rows = 1000, .took = 2s}).empty());
    CHECK(store::index_advice(store::UnfinishedScan{.rows = 0, .took = 499ms}).empty());
    CHECK(store::index_advice(store::UnfinishedScan{.rows = 100'000, .took = 2s}).empty());
}

TEST_CASE("the index can be printed for either generation, each with the states that are final there", "[store]") {
    const std::string sql = store::index_statements(store::DatabaseKind::postgresql);
    CHECK_THAT(sql, Contains("concurrently ds_reconciler_unfinished on t_ds_process_instance (id)") &&
                        Contains("concurrently ds_reconciler_unfinished on t_ds_workflow_instance (id)"));
    CHECK_THAT(store::index_statements(store::DatabaseKind::mysql), Contains("lock = none") && Contains("(state, id)"));
}

TEST_CASE("an index is advised where reading ran into its limit", "[store]") {
    CHECK_THAT(
        store::index_advice(store::UnfinishedScan{.rows = 100'000, .took = 30s, .ran_out = true}),
        Contains("100000 unfinished") && Contains("database.statement_timeout") && Contains("init-db --with-index"));
    CHECK(store::index_advice(store::UnfinishedScan{.indexed = true, .took = 30s, .ran_out = true}).empty());
}

TEST_CASE("an index on tasks is advised where looking for their activity takes long", "[store]") {
    CHECK_THAT(store::index_advice(store::TaskScan{.took = 500ms}), Contains("500 ms") && Contains("--with-index"));
    CHECK_THAT(store::index_advice(store::TaskScan{.took = 30s, .ran_out = true}),
               Contains("database.statement_timeout"));
    CHECK(store::index_advice(store::TaskScan{.took = 499ms}).empty());
    CHECK(store::index_advice(store::TaskScan{.indexed = true, .took = 30s, .ran_out = true}).empty());
    CHECK_THAT(store::index_statements(store::DatabaseKind::postgresql),
               Contains("ds_reconciler_tasks on t_ds_task_instance (process_instance_id)") &&
                   Contains("ds_reconciler_tasks on t_ds_task_instance (workflow_instance_id)"));
}

}  // namespace dsr::optional_indexes_test
