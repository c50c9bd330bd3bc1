// SPDX-License-Identifier: Apache-2.0
#include "journal/journal_reading.hpp"

#include <catch2/catch.hpp>

#include "support/builders.hpp"

namespace dsr::journal_reading_test {

using namespace dsr::model;
using namespace std::chrono_literals;

namespace {

const Zone berlin("Europe/Berlin");

std::optional<Instant> in_berlin(std::optional<std::string> zone, std::optional<Instant> owned_since) {
    JournalEntry entry;
    entry.zone = std::move(zone);
    entry.owned_since = owned_since;
    journal::bring_into(berlin, entry);
    return entry.owned_since;
}

}  // namespace

TEST_CASE("an entry of another zone is read by its wall time", "[journal]") {
    CHECK(in_berlin("UTC", test::noon) == test::noon - 1h);
    CHECK(in_berlin("Asia/Shanghai", test::noon) == test::noon + 7h);
    CHECK(in_berlin("Europe/Berlin", test::noon) == test::noon);
    CHECK(in_berlin("UTC", std::nullopt) == std::nullopt);
}

TEST_CASE("an entry without a zone, or with one that is not known, keeps its instant", "[journal]") {
    CHECK(in_berlin(std::nullopt, test::noon) == test::noon);
    CHECK(in_berlin("Asia/Atlantis", test::noon) == test::noon);
}

TEST_CASE("a wall time that is none or two in the zone is no time, as in the row", "[journal]") {
    const Zone utc("UTC");
    CHECK(in_berlin("UTC", utc.instant("2026-03-29 02:30:00")) == std::nullopt);
    CHECK(in_berlin("UTC", utc.instant("2026-10-25 02:30:00")) == std::nullopt);
}

}  // namespace dsr::journal_reading_test
