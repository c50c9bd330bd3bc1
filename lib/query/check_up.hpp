// SPDX-License-Identifier: Apache-2.0
// `doctor`'s findings: what must hold before one lets the daemon act, from one dry run and what was tried beside it.
// Pure except for the stream; any thread.
#pragma once

#include <array>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "base/enumerators.hpp"
#include "model/cluster_evidence.hpp"
#include "model/schema_facts.hpp"
#include "model/sweep_report.hpp"
#include "model/zone_evidence.hpp"
#include "query/json.hpp"
#include "query/text.hpp"

namespace dsr::query {

/// The names are visible to users: never rename one.
enum class Finding {
    passed,
    advice,     ///< works, but something is to be known or done before mode act
    failed,     ///< must be fixed
    not_tried,  ///< another finding or an option prevents it
};
inline constexpr std::array<std::string_view, 4> finding_names{"passed", "advice", "failed", "not tried"};
static_assert(base::names_each<Finding>(finding_names));
constexpr std::string_view name(Finding finding) {
    return finding_names[static_cast<std::size_t>(finding)];
}

struct Check {
    std::string what;  ///< one or two words
    Finding finding = Finding::passed;
    std::string seen;      ///< a sentence without a full stop
    std::string remedy{};  ///< what to do next; empty if passed
};

/// The checks of one dry run: registry, masters, workers, clocks, zone, cluster, journal, guards, index, rows.
/// `workers`: registered ones.
struct DryRun {
    const model::SweepReport& report;
    const model::ZoneEvidence& zone;
    const model::ClusterEvidence& cluster;
    std::size_t workers = 0;
    std::string registry;  ///< kind, address and namespace, for people
};
std::vector<Check> checks_of(const DryRun& run);

/// Whether this release of DolphinScheduler is one that docs/compatibility.md names.
Check release_check(const model::SchemaFacts& schema);

enum class Advice {
    fix,     ///< it would not work at all
    shadow,  ///< let it watch first
    act,
};
inline constexpr std::array<std::string_view, 3> advice_names{"fix", "shadow", "act"};
static_assert(base::names_each<Advice>(advice_names));

/// fix: something failed that shadow mode needs, too. act: every check passed or was not tried on request.
struct CheckUp {
    std::vector<Check> checks;
    bool acts =
        false;  ///< a daemon of this cluster runs here in mode act: what a sweep deals with keeps it from nothing
    [[nodiscard]] Advice advice() const;
    /// The checks that keep the advice from act, by name.
    [[nodiscard]] std::vector<std::string> in_the_way() const;
    [[nodiscard]] bool failed() const;  ///< a check did
};

Json to_json(const CheckUp& check_up);
void print(std::ostream& out, const CheckUp& check_up, Style style);

}  // namespace dsr::query
