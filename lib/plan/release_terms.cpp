// SPDX-License-Identifier: Apache-2.0
#include "plan/release_terms.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "plan/past.hpp"

namespace dsr::plan {

using namespace model;

namespace {

/// Whether a person decides what becomes of such a row. The others have an owner or a command, wait for something that
/// comes by itself, or cannot be handed over.
bool left_to_a_person(Verdict verdict) {
    switch (verdict) {
        case Verdict::ambiguous:
        case Verdict::zombie:
        case Verdict::quarantined:
        case Verdict::superseded:
        case Verdict::overdue:
        case Verdict::failed:
            return true;
        default:
            return false;
    }
}

}  // namespace

ReleaseFits fits(const Reasoning& reasoning) {
    const auto& judged = reasoning.judgement;
    const auto stop = std::ranges::find_if(reasoning.gates, [](const GateSeen& seen) { return seen.passed == false; });
    if (stop == reasoning.gates.end())
        return {std::nullopt, fmt::format("it is {} and needs no release: {}", name(judged.verdict), judged.reason)};
    if (!left_to_a_person(judged.verdict) || !may_be_waived(stop->gate))
        return {std::nullopt, fmt::format("it is {}: {}", name(judged.verdict), judged.reason)};
    return {stop->gate, fmt::format("it was {}: {}", name(judged.verdict), judged.reason)};
}

}  // namespace dsr::plan
