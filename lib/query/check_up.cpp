// SPDX-License-Identifier: Apache-2.0
#include "query/check_up.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "plan/zone_proof.hpp"
#include "query/table.hpp"
#include "query/time_text.hpp"

namespace dsr::query {

using namespace model;

namespace {

/// The first release whose masters lock as the daemon knows, and the first that nobody has looked at.
constexpr Version oldest{2, 0, 2};
constexpr Version too_new{3, 5, 0};

/// The reason of the first of these guards that holds.
std::optional<std::string> held_by(const SweepReport& report, std::initializer_list<Guard> guards) {
    for (const auto& hold : report.holds) {
        if (std::ranges::find(guards, hold.guard) != guards.end()) return hold.reason;
    }
    return std::nullopt;
}

Check registry_check(const DryRun& run) {
    Check check{"registry", Finding::passed, run.registry + " answers"};
    const auto& report = run.report;
    if (report.registry_reached.value_or(false)) {
        if (const auto why = held_by(report, {Guard::registry_not_fresh}))
            return {check.what, Finding::failed, *why, "see that it has a quorum, and run this again"};
        return check;
    }
    if (!report.registry_reached)
        return {check.what, Finding::not_tried, "the sweep ended before it was asked", "fix what failed above"};
    const auto why = held_by(report, {Guard::registry_not_fresh}).value_or(report.failure);
    return {check.what, Finding::failed, run.registry + " was not read: " + why,
            "check registry.type, its addresses and credentials, and that this machine reaches it"};
}

Check masters_check(const SweepReport& report) {
    if (report.masters.empty())
        return {
            "masters", Finding::failed, "none is registered",
            "check registry.namespace (DolphinScheduler's, by default /dolphinscheduler or dolphinscheduler) and that "
            "masters run"};
    std::string names;
    for (const auto& master : report.masters) names += (names.empty() ? "" : ", ") + master.address.text;
    Check check{"masters", Finding::passed, fmt::format("{} live: {}", report.masters.size(), names)};
    if (report.masters.size() == 1) {
        check.finding = Finding::advice;
        check.remedy = "with one master nobody takes a workflow over until it is back: start a second one";
    }
    return check;
}

Check clocks_check(const SweepReport& report) {
    if (const auto why = held_by(report, {Guard::clock}))
        return {"clocks", Finding::failed, *why, "see docs/operating.md, guard clock"};
    return {"clocks", Finding::passed, "this machine, the database, the registry and the masters agree"};
}

Check zone_check(const DryRun& run) {
    const auto& masters = run.report.masters;
    if (run.zone.doubt)
        return {"time zone", Finding::failed, "a new row contradicts database.time_zone",
                "set the zone of the masters' JVM (-Duser.timezone, TZ, spring.jackson.time-zone)"};
    const auto proven = static_cast<std::size_t>(std::ranges::count_if(
        masters, [&run](const LiveMaster& master) { return plan::zone_proven(master, run.zone); }));
    Check check{"time zone", Finding::passed,
                fmt::format("rows of {} of {} live masters fit database.time_zone", proven, masters.size())};
    if (proven < masters.size()) {
        check.finding = Finding::advice;
        check.remedy =
            "run a workflow on each master and this again within 5 minutes, or let the daemon watch: it acts on "
            "earlier "
            "runs of a master only once its zone is proven";
    }
    return check;
}

Check cluster_check(const DryRun& run) {
    const auto& evidence = run.cluster;
    if (evidence.standing == ClusterStanding::proven)
        return {"one cluster", Finding::passed,
                "registry and database belong together" + (evidence.because.empty() ? "" : ": " + evidence.because)};
    if (evidence.standing == ClusterStanding::disproved || held_by(run.report, {Guard::unproven_cluster}))
        return {"one cluster", Finding::failed,
                held_by(run.report, {Guard::unproven_cluster}).value_or("not proven: " + evidence.because),
                "check that registry and database are those of the same DolphinScheduler"};
    return {"one cluster", Finding::advice, "no row has shown yet that registry and database belong together",
            "run a workflow, and this again"};
}

Check journal_check(const SweepReport& report) {
    if (!report.why_no_journal.empty() && report.shadow)
        return {"journal", Finding::advice, report.why_no_journal,
                "shadow mode runs without, but records nothing, and forgets every grace when it restarts: run "
                "`ds-reconcilerd init-db` as the owner of the tables"};
    if (!report.why_no_journal.empty())
        return {"journal", Finding::failed, report.why_no_journal,
                "run `ds-reconcilerd init-db` as the owner of the tables"};
    if (!report.journal_missing_columns.empty())
        return {"journal", Finding::advice, report.journal_missing_columns, "run `ds-reconcilerd init-db` once more"};
    return {"journal", Finding::passed, "its tables are there"};
}

std::uint64_t sum_of(const SweepReport& report, std::initializer_list<Verdict> verdicts) {
    std::uint64_t sum = 0;
    for (const auto verdict : verdicts) sum += report.count(verdict);
    return sum;
}

/// The numbers add up to the first one.
Check rows_check(const SweepReport& report) {
    std::uint64_t unfinished = 0;
    std::uint64_t needs_person = 0;
    for (std::size_t i = 0; i < verdict_count; ++i) {
        unfinished += report.verdicts[i];
        if (model::needs_person(static_cast<Verdict>(i))) needs_person += report.verdicts[i];
    }
    const auto waiting = report.count(Verdict::waiting);
    const auto lost = sum_of(report, {Verdict::orphan, Verdict::orphan_earlier_incarnation, Verdict::stranded});
    const auto unknown = report.count(Verdict::unknown);
    Check check{"workflows", Finding::passed,
                fmt::format("{} unfinished: {} owned by live masters", unfinished, report.count(Verdict::owned))};
    const auto add = [&check](std::uint64_t count, std::string_view words) {
        if (count > 0) check.seen += fmt::format(", {} {}", count, words);
    };
    add(waiting, "waiting for the end of a grace");
    add(lost, "to hand over in mode act");
    add(sum_of(report, {Verdict::pending, Verdict::recovering}), "handed over and not taken up yet");
    add(needs_person, "that need a person");
    add(unknown, "that cannot be judged");
    for (const auto verdict : {Verdict::zombie, Verdict::parked, Verdict::unassigned, Verdict::superseded})
        add(report.count(verdict), name(verdict));
    if (needs_person + unknown > 0) {
        check.finding = Finding::advice;
        check.remedy = "`ds-reconcilerd verdicts` begins with what needs a person, `explain ID` says why";
    } else if (lost + waiting > 0) {
        check.finding = Finding::advice;
        check.remedy = "`ds-reconcilerd sweep --dry-run` lists what is lost";
    }
    return check;
}

bool told_elsewhere(Guard guard) {
    switch (guard) {
        case Guard::registry_not_fresh:
        case Guard::no_live_master:
        case Guard::clock:
        case Guard::unknown_schema:
        case Guard::no_journal:
        case Guard::unproven_cluster:
            return true;
        default:
            return false;
    }
}

}  // namespace

std::vector<Check> checks_of(const DryRun& run) {
    const auto& report = run.report;
    std::vector<Check> checks{registry_check(run)};
    if (report.registry_reached.value_or(false)) {
        checks.push_back(masters_check(report));
        checks.push_back({"workers", Finding::passed, fmt::format("{} registered", run.workers)});
        if (run.workers == 0)
            checks.back() = {"workers", Finding::advice, "none is registered", "without workers no task can run"};
    }
    if (!report.took(Step::plan)) {
        const auto why = report.failure.empty() ? held_by(report, {Guard::unknown_schema, Guard::no_live_master})
                                                : std::optional(report.failure);
        checks.push_back({"a dry sweep", Finding::failed, why.value_or("it ended before it judged a workflow"),
                          "fix what failed above, and run this again"});
        return checks;
    }
    checks.push_back(clocks_check(report));
    checks.push_back(zone_check(run));
    checks.push_back(cluster_check(run));
    checks.push_back(journal_check(report));
    for (const auto& hold : report.holds) {
        if (!told_elsewhere(hold.guard))
            checks.push_back({"guard", Finding::advice, fmt::format("{}: {}", name(hold.guard), hold.reason),
                              "while it holds, nothing is handed over"});
    }
    checks.push_back({"index", Finding::passed, fmt::format("a sweep takes {} ms", report.duration.count())});
    if (!report.index_advice.empty())
        checks.back() = {"index", Finding::advice, report.index_advice, "`ds-reconcilerd init-db --with-index`"};
    checks.push_back(rows_check(report));
    return checks;
}

Check release_check(const SchemaFacts& schema) {
    const bool process = schema.generation == Generation::process;
    const std::string seen =
        fmt::format("DolphinScheduler {} (tables of {})", schema.version_text.empty() ? "?" : schema.version_text,
                    process ? "2.0 to 3.2" : "3.3 and later");
    if (!schema.version || *schema.version < oldest || *schema.version >= too_new)
        return {"release", Finding::advice, seen,
                "not a release that was looked at (2.0.2 to 3.4): stay in shadow mode, see docs/compatibility.md"};
    return {"release", Finding::passed, seen};
}

std::vector<std::string> CheckUp::in_the_way() const {
    constexpr std::array<std::string_view, 2> told_beside{"alerts", "daemon"};
    // Of the cluster as it is now: a daemon that acts waits for it, deals with it or leaves it to a person.
    constexpr std::array<std::string_view, 5> of_now{"masters", "workers", "guard", "index", "workflows"};
    std::vector<std::string> names;
    for (const auto& check : checks) {
        const bool counts =
            check.finding == Finding::failed ||
            (check.finding != Finding::passed && std::ranges::find(told_beside, check.what) == told_beside.end() &&
             (!acts || std::ranges::find(of_now, check.what) == of_now.end()));
        if (counts && std::ranges::find(names, check.what) == names.end()) names.push_back(check.what);
    }
    return names;
}

Advice CheckUp::advice() const {
    const bool broken = std::ranges::any_of(
        checks, [](const Check& check) { return check.finding == Finding::failed && check.what != "rights to act"; });
    return broken ? Advice::fix : in_the_way().empty() ? Advice::act : Advice::shadow;
}

bool CheckUp::failed() const {
    return std::ranges::any_of(checks, [](const Check& check) { return check.finding == Finding::failed; });
}

Json to_json(const CheckUp& check_up) {
    Json json{{"advice", advice_names[static_cast<std::size_t>(check_up.advice())]}, {"checks", Json::array()}};
    for (const auto& check : check_up.checks) {
        json["checks"].push_back({{"check", check.what},
                                  {"finding", name(check.finding)},
                                  {"seen", check.seen},
                                  {"remedy", text_json(check.remedy)}});
    }
    return json;
}

void print(std::ostream& out, const CheckUp& check_up, Style style) {
    constexpr std::array<const char*, 4> colours{green, yellow, red, ""};
    const auto sentence = [&style](const std::string& text) {
        return with_clock_texts(base::printable(text), style.clock);
    };
    Table table({"finding", "check", "what was seen, and what to do"});
    for (const auto& check : check_up.checks) {
        const char* colour = style.colour ? colours.at(static_cast<std::size_t>(check.finding)) : "";
        table.add({{std::string(name(check.finding)), colour}, {check.what}, {sentence(check.seen)}});
        if (!check.remedy.empty()) table.add({{""}, {""}, {"-> " + sentence(check.remedy)}});
    }
    table.print(out, style.width, Table::Fit::wrap);
    switch (check_up.advice()) {
        case Advice::fix:
            out << "Advice: fix what failed before you start the daemon.\n";
            break;
        case Advice::shadow:
            out << fmt::format(
                "Advice: failover.mode: shadow, because of: {}. Let it watch until these lines say passed.\n",
                fmt::join(check_up.in_the_way(), ", "));
            break;
        case Advice::act:
            out << (check_up.acts ? "Advice: failover.mode: act, as the daemon here has it.\n"
                                  : "Advice: failover.mode: act is safe as far as can be seen from here.\n");
            break;
    }
}

}  // namespace dsr::query
