// SPDX-License-Identifier: Apache-2.0
#include "sweep/queues.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>
#include <vector>

#include "model/failure.hpp"
#include "plan/zone_proof.hpp"

namespace dsr::sweep {

using namespace model;

namespace {

constexpr std::size_t max_serial_rows = 10'000;
constexpr std::size_t max_waiting_commands = 1'000;

std::string why(const StuckQueue& queue) {
    const std::string instance = !queue.state                      ? "does not exist"
                                 : *queue.state == state::failover ? "is claimed for failover (18) without a command"
                                                                   : "is in state 6 (FAILURE)";
    return fmt::format(
        "the serial queue of workflow definition {} version {} is stuck: its oldest row in t_ds_serial_command ({}) is "
        "launched, and workflow instance {} of that row {}. No master launches the {} row(s) behind it",
        queue.definition_code, queue.definition_version, queue.serial_command, queue.instance.value, instance,
        queue.waiting);
}

/// Which of these commands the journal's entries wrote, and when; only commands that no master has taken up.
std::map<std::int64_t, Instant> ours_of(const SweepContext& context, const std::vector<WaitingCommand>& commands) {
    std::vector<WorkflowInstanceId> instances;
    for (const auto& command : commands) {
        if (command.instance.value > 0) instances.push_back(command.instance);
    }
    std::map<std::int64_t, Instant> ours;
    if (instances.empty()) return ours;
    const auto histories = context.journal.history_of(instances);
    for (const auto& command : commands) {
        const auto* history = journal::history_in(histories, command.instance);
        if (history == nullptr) continue;
        for (const auto& entry : history->entries) {
            const bool open = entry.receipt == Receipt::awaited || entry.receipt == Receipt::overdue;
            if (open && entry.command == command.id) ours.emplace(command.id, entry.at);
        }
    }
    return ours;
}

/// Whether update_time can be trusted: every registered master was seen to write in the configured zone.
bool zone_proven(std::span<const LiveMaster> masters, const ZoneEvidence& zone) {
    return !masters.empty() && !zone.doubt &&
           std::ranges::all_of(masters, [&](const auto& master) { return plan::zone_proven(master, zone); });
}

void count(Unfetched& to, const WaitingCommand& command, Instant since, Instant now) {
    ++to.commands;
    const auto age = std::max(std::chrono::duration_cast<Milliseconds>(now - since), Milliseconds{0});
    if (to.oldest && age <= to.age) return;
    to.oldest = command.id;
    to.age = age;
}

/// What commands that wait too long have in common. A master fetches the ids that leave its own remainder when divided
/// by the number of masters that it knows of; which share is whose, only the masters know, so this is a hint.
std::string shared_remainder(const std::vector<std::int64_t>& ids, std::size_t masters) {
    constexpr std::size_t least = 3;  // fewer ids have something in common by chance
    if (ids.size() < least) return "";
    std::int64_t common = 0;
    for (const auto id : ids) common = std::gcd(common, id - ids.front());
    for (auto known = static_cast<std::int64_t>(masters) + 1; known <= common; ++known) {
        if (common % known != 0) continue;
        return fmt::format(
            " All of them leave {} when their id is divided by {}, as if the masters still knew {} of them and one of "
            "these is gone.",
            ids.front() % known, known, known);
    }
    return "";
}

void judge(Unfetched& waiting, const std::vector<std::int64_t>& overdue, std::string_view whose, const Policy& policy,
           std::size_t masters) {
    if (!waiting.oldest || waiting.age < policy.confirm_within) return;
    waiting.notice = fmt::format(
        "no master has fetched command {} in t_ds_command, {}, for {}; failover.confirm_within is {}. {} such "
        "command(s) wait.{} Each master fetches only its share of the ids, and keeps to it where it did not learn that "
        "another one went: start the lost master at its own address, or restart the masters that ran at the loss, one "
        "above its load limits (BUSY) first, for it fetches none",
        *waiting.oldest, whose, human(waiting.age), human(policy.confirm_within), waiting.commands,
        shared_remainder(overdue, masters));
}

}  // namespace

QueueReport look_at_queues(const SweepContext& context, const Policy& policy, std::span<const LiveMaster> masters,
                           bool journal_ready, Memory& memory, Sightings needed) {
    QueueReport report;
    QueuesRead seen;
    std::map<std::int64_t, Instant> ours;
    try {
        seen = context.store.queues(max_serial_rows, max_waiting_commands);
        if (journal_ready) ours = ours_of(context, seen.commands);
    } catch (const Failure& failure) {
        report.unread = std::string("DolphinScheduler's queues could not be read: ") + failure.what();
        return report;
    }
    report.unread = std::move(seen.unread);
    const auto before = std::exchange(memory.queues, {});
    const Instant now = context.now();

    for (auto& queue : seen.stuck) {
        memory.queues.stuck.insert(queue.serial_command);
        if (needed == Sightings::two && !before.stuck.contains(queue.serial_command)) continue;
        if (++report.stuck_total > QueueReport::kept_stuck) continue;
        queue.reason = why(queue);
        if (needed == Sightings::one)
            queue.reason += ". This was observed once; check again before you run the statement";
        queue.statement = fmt::format("delete from t_ds_serial_command where id = {};", queue.serial_command);
        report.stuck.push_back(std::move(queue));
    }

    struct {
        std::vector<std::int64_t> ours;
        std::vector<std::int64_t> others;
    } overdue;  // ids of the commands that wait too long
    const bool believed = zone_proven(masters, memory.zone);
    for (const auto& command : seen.commands) {
        const auto known = before.commands.find(command.id);
        const Instant since = known == before.commands.end() ? now : known->second;
        memory.queues.commands.emplace(command.id, since);
        if (const auto entry = ours.find(command.id); entry != ours.end()) {
            count(report.ours, command, entry->second, now);
            if (now - entry->second >= policy.confirm_within) overdue.ours.push_back(command.id);
        } else {
            // A command launched from a serial queue carries the time at which it was queued: trusted from the second
            // look on.
            const bool by_time = believed && known != before.commands.end() && command.updated_at;
            const Instant waits_since = by_time ? std::min(since, *command.updated_at) : since;
            count(report.others, command, waits_since, now);
            if (now - waits_since >= policy.confirm_within) overdue.others.push_back(command.id);
        }
    }
    judge(report.ours, overdue.ours, "which this daemon wrote", policy, masters.size());
    judge(report.others, overdue.others, "which this daemon did not write", policy, masters.size());
    return report;
}

}  // namespace dsr::sweep
