// SPDX-License-Identifier: Apache-2.0
#include "alert/resolved.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "alert/events.hpp"
#include "alert/wording.hpp"

namespace dsr::alert {

using namespace model;

namespace {

using Names = std::set<std::string>;

/// Which of the conditions that alerts report ended, by a sweep that looked at them.
class Ended {
public:
    explicit Ended(const SweepReport& report) : applied_(report.took(Step::apply).has_value()) {
        for (const auto& hold : report.holds) {
            holds_.insert(hold_condition(hold.guard));
            fresh_ = fresh_ && hold.guard != Guard::registry_not_fresh;
        }
        for (const auto& master : report.masters) registered_.insert(master_condition(master.address));
        for (const auto& master : report.absent_masters) registered_.erase(master_condition(master.address));
    }

    [[nodiscard]] bool operator()(const std::string& condition) const {
        if (!condition.starts_with(hold_prefix)) return fresh_ && registered_.contains(condition);
        // Only a sweep that handed over looks at locks.
        if (condition == hold_condition(Guard::lock_stuck) && !applied_) return false;
        return !holds_.contains(condition);
    }

    static constexpr std::string_view hold_prefix = "hold:";

private:
    bool applied_;
    bool fresh_ = true;
    Names holds_;
    Names registered_;
};

/// "paused" of "hold:paused".
std::string name_of(const std::string& condition) {
    return condition.substr(condition.find(':') + 1);
}

/// `what`: the event of the alerts that end. names: the first few guards or masters.
Alert resolved(const std::string& title, const std::string& summary, std::string_view what, const std::string& names) {
    Alert alert;
    alert.severity = Severity::serious;  // that of the alerts that it ends
    alert.title = title;
    alert.summary = summary;
    alert.content = content_of(
        {{"event", "RESOLVED"}, {"resolved", what}, {"names", names}, {"reason", summary}, {"warningLevel", "MIDDLE"}});
    return alert;
}

Alert resolved_holds(const SweepReport& report, const Names& ended) {
    const auto guards = first_few(ended, ended.size(), name_of);
    auto summary = fmt::format("no longer held by {}", guards);
    std::string others;
    for (const auto& hold : report.holds) others += (others.empty() ? "" : ", ") + std::string(name(hold.guard));
    if (!others.empty()) summary += fmt::format("; still held by {}", others);
    return resolved("Resolved: ds-reconciler holds", summary, "FAILOVER_HELD", guards);
}

Alert resolved_masters(const Names& ended) {
    const auto named = first_few(ended, ended.size(), name_of);
    return resolved("Resolved: lost masters are registered again",
                    fmt::format("{} master(s) registered again: {}", ended.size(), named), "MASTERS_LOST", named);
}

}  // namespace

bool OpenAlerts::may_resolve(const std::string& key, Instant now) const {
    const auto last = resolved_at_.find(key);
    return last == resolved_at_.end() || now - last->second >= suppress_ || now < last->second;
}

void OpenAlerts::add_resolved(const SweepReport& report, Instant now, std::vector<Alert>& alerts) {
    const Ended judge(report);
    const auto ended = [&judge](const std::string& condition) { return judge(condition); };
    struct Kind {
        Names conditions;
        std::vector<std::string> keys;
    } holds, masters;
    for (const auto& [key, open] : open_) {
        const bool of_holds = open.conditions.front().starts_with(Ended::hold_prefix);
        // An alert about holds names all of them, so it is over once one has lifted: the others are reported anew. One
        // about masters is over when all of them are back.
        const bool over =
            of_holds ? std::ranges::any_of(open.conditions, ended) : std::ranges::all_of(open.conditions, ended);
        if (!over || !may_resolve(key, now)) continue;
        auto& kind = of_holds ? holds : masters;
        kind.keys.push_back(key);
        std::ranges::copy_if(open.conditions, std::inserter(kind.conditions, kind.conditions.end()), ended);
    }
    const auto add = [&](Alert alert, Kind kind, std::string_view name) {
        alert.key = fmt::format("resolved:{}:{}", name, rfc3339(now));
        for (const auto& key : kind.keys) {
            open_.erase(key);
            resolved_at_[key] = now;
        }
        alert.resolves = std::move(kind.keys);
        alerts.push_back(std::move(alert));
    };
    if (!holds.keys.empty()) add(resolved_holds(report, holds.conditions), holds, "holds");
    if (!masters.keys.empty()) add(resolved_masters(masters.conditions), masters, "masters");
}

void OpenAlerts::remember(std::vector<Alert>& alerts, Instant now) {
    for (auto& alert : alerts) {
        if (alert.conditions.empty()) continue;
        open_.insert_or_assign(alert.key, Open{alert.conditions, now});
        const auto resolved = resolved_at_.find(alert.key);
        if (resolved != resolved_at_.end()) alert.recurs_after = rfc3339(resolved->second);
    }
    while (open_.size() > max_open)
        open_.erase(std::ranges::min_element(open_, {}, [](const auto& entry) { return entry.second.since; }));
}

std::vector<Alert> OpenAlerts::with_resolved(const SweepReport& report, std::vector<Alert> alerts, Instant now) {
    std::erase_if(resolved_at_, [&](const auto& entry) { return now - entry.second >= suppress_; });
    std::vector<Alert> all;
    const bool looked = report.took(Step::plan) && !report.interrupted && !report.dry_run &&
                        report.outcome != SweepReport::Outcome::failed;
    if (looked) add_resolved(report, now, all);
    remember(alerts, now);
    std::ranges::move(alerts, std::back_inserter(all));
    return all;
}

void OpenAlerts::inherit(const OpenAlerts& before) {
    open_ = before.open_;
    resolved_at_ = before.resolved_at_;
}

}  // namespace dsr::alert
