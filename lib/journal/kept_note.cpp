// SPDX-License-Identifier: Apache-2.0
#include "journal/kept_note.hpp"

#include "model/failure.hpp"
#include "store/sql/statement.hpp"

namespace dsr::journal {

model::ControlNote note_and_read_back(Journal& journal, const model::ControlNote& note) {
    const auto before = journal.notes(1);
    const std::int64_t newest = before.empty() ? 0 : before.front().number;
    journal.note(note);
    constexpr std::size_t recent = 16;  // others may have written notes meanwhile
    const auto who = store::storable(note.who);
    const auto why = store::storable(note.why);
    for (auto& kept : journal.notes(recent)) {
        if (kept.number > newest && kept.action == note.action && kept.instance == note.instance && kept.who == who &&
            kept.why == why)
            return kept;
    }
    throw model::Failure(model::ErrorKind::retry,
                         "the note is not in the journal after it was written; check `ds-reconcilerd history`");
}

}  // namespace dsr::journal
