// SPDX-License-Identifier: Apache-2.0
// What a release of one workflow instance that is given now is good for. The sweep binds by it, and the API refuses by
// it. Pure; any thread.
#pragma once

#include <optional>
#include <string>

#include "model/control.hpp"
#include "model/workflow_instance.hpp"
#include "plan/gates.hpp"

namespace dsr::plan {

/// Either the gate that a release waives, or why there is nothing to release.
struct ReleaseFits {
    std::optional<Gate> gate;
    std::string why;  ///< a sentence: the judgement at that gate, or the reason of the refusal
};

/// `reasoning`: of the row as it is now.
ReleaseFits fits(const Reasoning& reasoning);

/// The terms of a release that no sweep has seen yet, for a sweep that sees the row as it is now: bound to the gate at
/// which the row stops, or refused.
model::ReleaseTerms terms_of(const model::ControlNote& release, const model::WorkflowInstance& row,
                             const Reasoning& reasoning, model::Instant now);

}  // namespace dsr::plan
