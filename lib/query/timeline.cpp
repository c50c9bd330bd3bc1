// SPDX-License-Identifier: Apache-2.0
#include "query/timeline.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace dsr::query {

using namespace model;

namespace {

/// A group with its hosts by address, while it grows.
struct Group {
    Recovery recovery;
    std::map<MasterAddress, RecoveredHost> hosts;
};

void add(Group& group, const journal::RecoveryCount& count) {
    auto& recovery = group.recovery;
    recovery.last_at = std::max(recovery.last_at, count.last_at);
    recovery.workflows += count.entries;
    recovery.receipts[static_cast<std::size_t>(count.receipt)] += count.entries;
    if (count.receipt_at)
        recovery.ended_at = std::max(recovery.ended_at.value_or(*count.receipt_at), *count.receipt_at);
    auto& host = group.hosts.try_emplace(count.from_host, RecoveredHost{count.from_host, 0, 0, count.first_instance})
                     .first->second;
    host.workflows += count.entries;
    if (count.receipt == Receipt::recovered) host.taken_up += count.entries;
    host.first = std::min(host.first, count.first_instance);
}

Json recovery_json(const Recovery& recovery) {
    Json hosts = Json::array();
    for (const auto& host : recovery.hosts) {
        if (hosts.size() == Recovery::max_hosts) break;
        hosts.push_back({{"address", host.address.text},
                         {"workflows", host.workflows},
                         {"taken_up", host.taken_up},
                         {"first_instance", host.first.value}});
    }
    const auto of = [&](Receipt receipt) { return recovery.receipts[static_cast<std::size_t>(receipt)]; };
    return {{"workflows", recovery.workflows},          {"masters", recovery.hosts.size()},
            {"taken_up", of(Receipt::recovered)},       {"awaited", of(Receipt::awaited)},
            {"overdue", of(Receipt::overdue)},          {"failed", of(Receipt::failed)},
            {"ended_at", time_json(recovery.ended_at)}, {"hosts", hosts}};
}

Json event_json(Instant at, std::string_view kind) {
    return {{"at", rfc3339(at)}, {"kind", kind},     {"masters", nullptr},  {"guard", nullptr},
            {"reason", nullptr}, {"since", nullptr}, {"recovery", nullptr}, {"note", nullptr}};
}

Json event_json(const TimelineEvent& event) {
    Json json = event_json(event.at, name(event.kind));
    if (event.guard) {
        json["guard"] = name(*event.guard);
        json["reason"] = text_json(event.reason);
        json["since"] = time_json(event.since);
        return json;
    }
    Json addresses = Json::array();
    for (const auto& master : event.masters) addresses.push_back(master.text);
    json["masters"] = {{"count", event.count}, {"addresses", addresses}};
    json["reason"] = text_json(event.reason);
    return json;
}

}  // namespace

std::vector<Recovery> grouped(std::vector<journal::RecoveryCount> counts) {
    std::ranges::sort(counts, {}, &journal::RecoveryCount::first_at);
    std::vector<Group> groups;
    for (const auto& count : counts) {
        if (groups.empty() || count.first_at - groups.back().recovery.last_at > Recovery::apart)
            groups.push_back({Recovery{.at = count.first_at, .last_at = count.last_at}, {}});
        add(groups.back(), count);
    }
    std::vector<Recovery> recoveries;
    for (auto group = groups.rbegin(); group != groups.rend(); ++group) {
        auto& recovery = recoveries.emplace_back(std::move(group->recovery));
        if (recovery.receipts[static_cast<std::size_t>(Receipt::awaited)] > 0) recovery.ended_at.reset();
        for (auto& [address, host] : group->hosts) recovery.hosts.push_back(std::move(host));
    }
    return recoveries;
}

std::vector<journal::RecoveryCount> counts_of(const std::vector<ShadowEntry>& entries) {
    std::vector<journal::RecoveryCount> counts;
    counts.reserve(entries.size());
    for (const auto& entry : entries)
        counts.push_back({entry.from_host, Receipt::awaited, 1, entry.at, entry.at, std::nullopt, entry.instance});
    return counts;
}

Json to_json(const TimelineAnswer& answer) {
    std::vector<std::pair<Instant, Json>> events;
    events.reserve(answer.timeline.events.size() + answer.recoveries.size() + answer.shadow.size() +
                   answer.notes.size());
    for (const auto& event : answer.timeline.events) events.emplace_back(event.at, event_json(event));
    for (const auto& [kind, recoveries] : {std::pair("recovery", &answer.recoveries), {"shadow", &answer.shadow}}) {
        for (const auto& recovery : *recoveries) {
            events.emplace_back(recovery.at, event_json(recovery.at, kind));
            events.back().second["recovery"] = recovery_json(recovery);
        }
    }
    for (const auto& note : answer.notes) {
        events.emplace_back(note.at, event_json(note.at, "command"));
        events.back().second["note"] = note_json(note);
    }
    const Instant since = answer.taken_at - Timeline::kept;
    std::erase_if(events, [&](const auto& event) { return event.first < since; });
    // Of what has the same time the effect is newer than its cause.
    std::ranges::reverse(events);
    std::ranges::stable_sort(events, std::ranges::greater{}, [](const auto& event) { return event.first; });
    const bool complete = answer.complete && events.size() <= TimelineAnswer::max_events;
    if (events.size() > TimelineAnswer::max_events) events.resize(TimelineAnswer::max_events);
    Json list = Json::array();
    for (auto& [at, json] : events) list.push_back(std::move(json));
    return {{"now", rfc3339(answer.taken_at)}, {"since", rfc3339(since)}, {"complete", complete}, {"events", list}};
}

}  // namespace dsr::query
