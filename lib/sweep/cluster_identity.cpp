// SPDX-License-Identifier: Apache-2.0
#include "sweep/cluster_identity.hpp"

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

#include "plan/cluster_proof.hpp"

namespace dsr::sweep {

void settle_cluster(const SweepContext& context, Memory& memory, model::Snapshot& snapshot, bool names_database) {
    if (!snapshot.registry.fresh) return;
    if (names_database && memory.database_identity.empty()) {
        context.journal.identify(to_string(boost::uuids::random_generator{}()), context.now());
        memory.database_identity = context.journal.identity();
        // This sweep's evidence concerns this database.
        memory.cluster.of.database = memory.database_identity;
    }
    plan::take_release(memory.cluster, snapshot.control.cluster_release, snapshot.registry.taken_at);
    snapshot.cluster = memory.cluster;
}

}  // namespace dsr::sweep
