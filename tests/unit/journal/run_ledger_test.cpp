// SPDX-License-Identifier: Apache-2.0
#include "journal/run_ledger.hpp"

#include <catch2/catch.hpp>

#include "support/builders.hpp"

namespace dsr::run_ledger_test {

using namespace dsr::test;
using namespace std::chrono_literals;
using journal::RunLedger;

TEST_CASE("a row is remembered for the ownership it had, claimed or not") {
    RunLedger ledger;
    auto instance = row(1, "a:1");
    CHECK_FALSE(ledger.when(instance));
    ledger.handed_over(instance, {"a:1"}, noon);
    CHECK(ledger.when(instance) == noon);
    instance.host = "NULL";
    CHECK(ledger.when(instance) == noon);
    instance.host = "b:1";
    CHECK_FALSE(ledger.when(instance));
    instance.host = "a:1";
    instance.ownership = owned_since(noon + 1min);
    CHECK_FALSE(ledger.when(instance));
}

TEST_CASE("what no pass sees any more is forgotten") {
    RunLedger ledger;
    ledger.begin_pass();
    ledger.handed_over(row(1, "a:1"), {"a:1"}, noon);
    ledger.handed_over(row(2, "a:1"), {"a:1"}, noon);
    ledger.begin_pass();
    ledger.saw({1});
    ledger.end_pass();
    CHECK(ledger.when(row(1, "a:1")));
    CHECK_FALSE(ledger.when(row(2, "a:1")));
}

TEST_CASE("a claim is timed from the first of the passes in a row that saw it") {
    RunLedger ledger;
    ledger.begin_pass();
    CHECK(ledger.claimed({1}, noon) == noon);
    ledger.begin_pass();
    CHECK(ledger.claimed({1}, noon + 60s) == noon);
    ledger.begin_pass();
    ledger.saw({1});  // not claimed in this one
    ledger.end_pass();
    ledger.begin_pass();
    CHECK(ledger.claimed({1}, noon + 180s) == noon + 180s);
}

TEST_CASE("tries to reach a worker are counted until it answers") {
    RunLedger ledger;
    ledger.worker_unreachable({1});
    ledger.worker_unreachable({1});
    CHECK(ledger.unreachable_tries({1}) == 2);
    ledger.worker_reached({1});
    CHECK(ledger.unreachable_tries({1}) == 0);
    CHECK(ledger.unreachable_tries({2}) == 0);
}

}  // namespace dsr::run_ledger_test
