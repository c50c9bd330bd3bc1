// SPDX-License-Identifier: Apache-2.0
// The judgement of one unfinished row, with its reason. The names are visible to people and programs: never rename one.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/enumerators.hpp"
#include "model/instant.hpp"

namespace dsr::model {

/// In the order of judging.
enum class Verdict {
    unknown,
    unassigned,
    pending,
    parked,
    quarantined,
    unrecoverable,
    recovering,
    overdue,
    failed,
    stranded,
    superseded,
    ambiguous,
    zombie,
    owned,
    orphan_earlier_incarnation,
    waiting,
    orphan,
};

inline constexpr std::size_t verdict_count = 17;
inline constexpr std::array<std::string_view, verdict_count> verdict_names{
    "unknown",       "unassigned", "pending", "parked", "quarantined",
    "unrecoverable", "recovering", "overdue", "failed", "stranded",
    "superseded",    "ambiguous",  "zombie",  "owned",  "orphan_earlier_incarnation",
    "waiting",       "orphan"};
static_assert(base::names_each<Verdict>(verdict_names));

constexpr std::string_view name(Verdict verdict) {
    return verdict_names[static_cast<std::size_t>(verdict)];
}

/// For lists: first what a person must act upon, then what this daemon or a master is about to do, last what needs
/// nobody.
inline constexpr std::array<Verdict, verdict_count> verdicts_by_attention{
    Verdict::failed,    Verdict::overdue,    Verdict::quarantined, Verdict::unrecoverable,
    Verdict::ambiguous, Verdict::unassigned, Verdict::orphan,      Verdict::orphan_earlier_incarnation,
    Verdict::stranded,  Verdict::recovering, Verdict::pending,     Verdict::zombie,
    Verdict::waiting,   Verdict::unknown,    Verdict::superseded,  Verdict::parked,
    Verdict::owned};

/// The place of a verdict in that order, from 0.
constexpr std::size_t attention_rank(Verdict verdict) {
    return static_cast<std::size_t>(std::ranges::find(verdicts_by_attention, verdict) - verdicts_by_attention.begin());
}
static_assert(
    [] {
        for (std::size_t i = 0; i < verdict_count; ++i) {
            if (attention_rank(static_cast<Verdict>(i)) == verdict_count) return false;
        }
        return true;
    }(),
    "each verdict has its place");

/// Whether a row with this verdict is handed over.
constexpr bool calls_for_failover(Verdict verdict) {
    return verdict == Verdict::orphan || verdict == Verdict::orphan_earlier_incarnation;
}

/// Whether a row with this verdict stays as it is until a person acts.
constexpr bool needs_person(Verdict verdict) {
    return verdict == Verdict::failed || verdict == Verdict::overdue || verdict == Verdict::quarantined ||
           verdict == Verdict::unrecoverable || verdict == Verdict::ambiguous;
}

struct Judgement {
    Verdict verdict = Verdict::unknown;
    std::string reason;              ///< a sentence with the deciding numbers
    std::optional<Instant> acts_at;  ///< when the row will be handed over if nothing changes; for `waiting`
    bool operator==(const Judgement&) const = default;
};

}  // namespace dsr::model
