// SPDX-License-Identifier: Apache-2.0
#include "plan/release_terms.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "plan/history.hpp"

namespace dsr::plan {

using namespace model;

namespace {

/// Whether an operator decides about such a row. All others have an owner or a command, wait for something that comes
/// by itself, or cannot be handed over.
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

ReleaseTerms terms_of(const ControlNote& release, const WorkflowInstance& row, const Reasoning& reasoning,
                      Instant now) {
    ReleaseTerms terms;
    terms.state_at = now;
    terms.state = ReleaseState::refused;
    auto [gate, why] = fits(reasoning);
    terms.why = std::move(why);
    if (!gate) return terms;
    // The operator did not see what came later.
    if (row.ownership.form == OwnershipTime::Form::known && row.ownership.latest > release.at) {
        terms.why = fmt::format("it was taken up or changed at {}, after the release was given at {}",
                                rfc3339(row.ownership.latest), rfc3339(release.at));
        return terms;
    }
    terms.state = ReleaseState::bound;
    terms.gate = std::string(name(*gate));
    terms.owned_since = row.ownership.stamped;
    return terms;
}

}  // namespace dsr::plan
