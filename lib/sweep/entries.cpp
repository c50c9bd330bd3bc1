// SPDX-License-Identifier: Apache-2.0
#include "sweep/entries.hpp"

namespace dsr::sweep {

using namespace model;

JournalEntry entry_of(const WorkflowInstance& row, EntryKind kind, int old_state, const Judgement& judged,
                      const Snapshot& snapshot, const Author& author, Instant now) {
    JournalEntry entry;
    entry.sweep = author.sweep;
    entry.at = now;
    entry.kind = kind;
    entry.instance = row.id;
    entry.from_host = MasterAddress{row.host.value_or("")};
    if (const auto lost = snapshot.membership.absent.find(entry.from_host);
        lost != snapshot.membership.absent.end() && lost->second.last_incarnation) {
        entry.from_startup = lost->second.last_incarnation->startup_time;
        entry.from_process = lost->second.last_incarnation->process_id;
    }
    entry.old_state = old_state;
    entry.owned_since = row.ownership.stamped;
    entry.releases = row.history.releases;
    entry.verdict = judged.verdict;
    entry.reason = judged.reason;
    entry.version = author.version;
    entry.replica = author.replica;
    entry.zone = author.zone;
    return entry;
}

}  // namespace dsr::sweep
