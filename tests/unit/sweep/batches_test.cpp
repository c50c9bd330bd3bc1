// SPDX-License-Identifier: Apache-2.0
// How the rows of a failover are cut into batches, and halved after a failure.
#include "sweep/batches.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

namespace dsr::batches_test {

using namespace dsr::sweep;

namespace {

InstanceIds ids(int first, int last) {
    InstanceIds ids;
    for (int id = first; id <= last; ++id) ids.push_back(model::WorkflowInstanceId{id});
    return ids;
}

}  // namespace

TEST_CASE("rows come in batches of the size asked for, each row once", "[batches]") {
    Batches batches(ids(1, 5));
    CHECK(batches.next(2).ids == ids(1, 2));
    CHECK(batches.next(2).ids == ids(3, 4));
    CHECK(batches.next(2).ids == ids(5, 5));
    CHECK(batches.empty());
}

TEST_CASE("a batch that is tried again is next, whatever size is asked for, and not a first try", "[batches]") {
    Batches batches(ids(1, 5));
    auto batch = batches.next(3);
    CHECK(batch.first_try);
    batches.try_again(batch);
    batch = batches.next(1);
    CHECK(batch.ids == ids(1, 3));
    CHECK_FALSE(batch.first_try);
    CHECK(batches.next(5).first_try);
}

TEST_CASE("a failed batch is halved until its bad row fails alone", "[batches]") {
    Batches batches(ids(1, 4));
    InstanceIds written;
    InstanceIds failed;
    while (!batches.empty()) {
        const auto batch = batches.next(4);
        if (std::find(batch.ids.begin(), batch.ids.end(), model::WorkflowInstanceId{3}) == batch.ids.end()) {
            batches.written();
            written.insert(written.end(), batch.ids.begin(), batch.ids.end());
        } else if (batches.failed(batch) == Batches::Failed::row) {
            failed.insert(failed.end(), batch.ids.begin(), batch.ids.end());
        }
    }
    CHECK(failed == ids(3, 3));
    CHECK(written == InstanceIds{{1}, {2}, {4}});
}

TEST_CASE("when row after row fails alone, the rest is not tried", "[batches]") {
    Batches batches(ids(1, 100));
    std::size_t alone = 0;
    for (;;) {
        REQUIRE_FALSE(batches.empty());
        const auto batch = batches.next(100);
        const auto failed = batches.failed(batch);
        if (failed == Batches::Failed::row) ++alone;
        if (failed != Batches::Failed::everything) continue;
        CHECK(alone < 10);
        CHECK(alone + batch.ids.size() + batches.rest().size() == 100);
        CHECK(batches.empty());
        break;
    }
}

}  // namespace dsr::batches_test
