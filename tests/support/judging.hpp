// SPDX-License-Identifier: Apache-2.0
// What tests that judge rows share: one master that lives, a host that does not, and the verdict on a row at noon.
#pragma once

#include <catch2/catch.hpp>
#include <string>

#include "plan/judge.hpp"
#include "support/builders.hpp"

namespace dsr::test {

inline const std::string dead = "10.0.0.7:5678";
inline const std::string alive = "10.0.0.8:5678";

/// In which `alive` alone is registered.
inline model::Snapshot cluster(model::Policy policy = at_once(), model::SchemaFacts schema = schema_3_1()) {
    return snapshot_of({live(alive, noon - std::chrono::hours{2})}, policy, schema);
}

/// Checks that it gives a reason, too.
inline model::Verdict verdict(const model::WorkflowInstance& instance, const model::Snapshot& snapshot) {
    const auto judged = plan::judge(instance, snapshot, noon);
    CAPTURE(judged.reason);
    CHECK_FALSE(judged.reason.empty());
    return judged.verdict;
}

}  // namespace dsr::test
