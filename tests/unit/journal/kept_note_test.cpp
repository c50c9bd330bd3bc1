// SPDX-License-Identifier: Apache-2.0
// What people are told is kept was read back from the journal.
#include "journal/kept_note.hpp"

#include <catch2/catch.hpp>

#include "fakes/fake_journal.hpp"
#include "model/failure.hpp"
#include "support/builders.hpp"

namespace dsr::kept_note_test {

using namespace dsr::test;
using namespace std::chrono_literals;
using fakes::JournalOperation;
using fakes::StoreMoment;

namespace {

model::ControlNote pause_by(const std::string& who) {
    model::ControlNote note;
    note.at = noon;
    note.who = who;
    note.why = "an upgrade";
    return note;
}

}  // namespace

TEST_CASE("a note is returned as the journal keeps it, the last of several that are alike") {
    auto tables = std::make_shared<fakes::FakeTables>();
    fakes::FakeJournal journal(tables);
    journal.create();
    CHECK(note_and_read_back(journal, pause_by("ada")).number == 1);
    CHECK(note_and_read_back(journal, pause_by("ada")).number == 2);
    const auto kept = note_and_read_back(journal, pause_by("bob"));
    CHECK(kept == tables->journal.notes.back());
}

TEST_CASE("a note that is not there after it was written is told as such, and an older one does not stand for it") {
    auto tables = std::make_shared<fakes::FakeTables>();
    fakes::FakeJournal journal(tables);
    journal.create();
    (void)note_and_read_back(journal, pause_by("ada"));
    journal.hook = [&](JournalOperation operation, StoreMoment moment) {
        if (operation == JournalOperation::note && moment == StoreMoment::after) tables->journal.notes.pop_back();
    };
    CHECK_THROWS_WITH(note_and_read_back(journal, pause_by("ada")), Catch::Contains("not in the journal"));
    CHECK(tables->journal.notes.size() == 1);
}

}  // namespace dsr::kept_note_test
