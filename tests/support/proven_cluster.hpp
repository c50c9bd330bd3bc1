// SPDX-License-Identifier: Apache-2.0
// Tests of other things run where registry and database are known to belong together, as after the first sweeps in a
// living cluster.
#pragma once

#include "fakes/fake_registry.hpp"
#include "fakes/fake_workflow_store.hpp"

namespace dsr::test {

/// The journal remembers that an earlier daemon had the proof.
inline void prove_cluster(fakes::FakeTables& tables, const fakes::FakeCluster& cluster) {
    tables.journal.identity = "fake database";
    auto& persisted = tables.journal.persisted;
    if (!persisted) persisted.emplace();
    persisted->cluster.of = {cluster.identity, tables.journal.identity};
    persisted->cluster.standing = model::ClusterStanding::proven;
    persisted->cluster.because = "seen by an earlier daemon";
    tables.journal.persisted_zone = tables.zone.name();
}

}  // namespace dsr::test
