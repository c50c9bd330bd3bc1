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
    learnt.cluster.of = {cluster.identity, journal.identity()};
    learnt.cluster.standing = model::ClusterStanding::proven;
    learnt.cluster.because = "seen by an earlier daemon";
    journal.save_state(learnt, now);
}

}  // namespace dsr::test
