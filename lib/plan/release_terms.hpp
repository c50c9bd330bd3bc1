// SPDX-License-Identifier: Apache-2.0
// What a release of one workflow instance given now would cover. The sweep binds releases by it, and the API refuses by
// it. Pure; any thread.
#pragma once

#include <optional>
#include <string>

#include "model/control.hpp"
#include "model/workflow_instance.hpp"
#include "plan/judge.hpp"

namespace dsr::plan {

/// The gate that a release waives, or why there is nothing to release.
struct ReleaseFits {
    std::optional<Gate> gate;
    std::string why;  ///< a sentence: the judgement at that gate, or the reason of the refusal
};

/// `reasoning`: of the row in its present state.
ReleaseFits fits(const Reasoning& reasoning);

/// The terms of a new release, for a sweep that sees the row in its present state: bound to the gate at which the row
/// stops, or refused.
model::ReleaseTerms terms_of(const model::ControlNote& release, const model::WorkflowInstance& row,
                             const Reasoning& reasoning, model::Instant now);

}  // namespace dsr::plan
