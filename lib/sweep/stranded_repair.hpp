// SPDX-License-Identifier: Apache-2.0
// Rows that carry the mark of a failover but have no command: nothing in DolphinScheduler ever takes them up. They name
// no host to lock, so they are repaired under our own mutex; the journal's unique key prevents a second repair. Sweep's
// thread.
#pragma once

#include "sweep/batches.hpp"
#include "sweep/context.hpp"

namespace dsr::sweep {

/// Which of these rows a sweep would repair, as far as reads can tell. Writes nothing. Throws Failure.
InstanceIds repairable(const SweepScope& scope, const InstanceIds& stranded);

/// Gives each of these rows its recovery command if the state in which it continues is known: in G1 from the row; in G2
/// from the journal, else from the error command. Rows with an unknown state are reported. Does nothing without a
/// journal. Throws Failure.
void repair_stranded(const SweepScope& scope, const InstanceIds& stranded);

}  // namespace dsr::sweep
