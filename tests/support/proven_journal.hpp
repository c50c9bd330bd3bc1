// SPDX-License-Identifier: Apache-2.0
// As proven_cluster.hpp, for any journal.
#pragma once

#include "fakes/fake_registry.hpp"
#include "journal/journal.hpp"

namespace dsr::test {

/// Makes the journal where it is not there, and has it remember that an earlier daemon had the proof. One that
/// remembers something is left as it is.
inline void prove_cluster(journal::Journal& journal, const fakes::FakeCluster& cluster, model::Instant now) {
    journal.create();
    if (journal.load_state()) return;
    journal.identify("a database", now);
    model::PersistedState learnt;
    learnt.cluster.of = {cluster.identity, journal.identity().database};
    learnt.cluster.standing = model::ClusterStanding::proven;
    learnt.cluster.because = "seen by an earlier daemon";
    journal.save_state(learnt, {cluster.identity, "an earlier daemon", now});
}

/// Besides, it saw those who are registered, an hour long.
inline void remember_members(journal::Journal& journal, const fakes::FakeCluster& cluster, model::Instant now) {
    auto learnt = journal.load_state().value();
    auto& membership = learnt.membership;
    membership.last_view = membership.last_look = now;
    for (const auto& [address, master] : cluster.masters) {
        membership.present[address] = {.since = now - std::chrono::hours{1},
                                       .last_counted = now,
                                       .views = 2,
                                       .startup_time = master.startup_time,
                                       .process_id = master.process_id,
                                       .session_id = master.session_id};
    }
    journal.save_state(learnt, {cluster.identity, "an earlier daemon", now});
}

}  // namespace dsr::test
