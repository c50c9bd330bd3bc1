// SPDX-License-Identifier: Apache-2.0
#include "sweep_log.hpp"

#include <fmt/format.h>

#include <utility>

#include "query/sweep_text.hpp"

namespace dsr {

using query::eventful;
using query::line_of;
using query::sentence_of;

void SweepLog::tell(const model::SweepReport& report, model::Milliseconds confirm_within) {
    if (report.outcome == model::SweepReport::Outcome::failed) {
        log_.error(line_of(report));
    } else {
        log_.log(eventful(report) ? spdlog::level::info : spdlog::level::debug, line_of(report));
    }
    tell_changes(report);
    for (const auto& release : report.ended_releases) log_.warn("{}", sentence_of(release));
    // In shadow mode a loss is recorded once and found in every sweep.
    const auto level = report.shadow && report.shadow_noted == 0 ? spdlog::level::debug : spdlog::level::info;
    for (const auto& action : report.actions) {
        log_.log(level, "workflow instance {} of {}: {} ({}){}", action.id.value, action.from_host.text,
                 query::in_words(action.outcome), model::name(action.verdict),
                 action.reason.empty() ? "" : ": " + action.reason);
    }
    if (const auto handed_over = query::sentence_of_hand_overs(report, confirm_within); !handed_over.empty())
        log_.info("{}", handed_over);
    for (const auto& notice : report.notices) {
        log_.debug("workflow instance {}: {}: {}", notice.id.value, model::name(notice.judgement.verdict),
                   notice.judgement.reason);
    }
}

void SweepLog::tell_queues(const model::QueueReport& queues) {
    if (queues.unread != queues_unread_) {
        queues_unread_ = queues.unread;
        if (!queues_unread_.empty()) log_.warn("not read: {}", queues_unread_);
    }
    if (!queues.unread.empty()) return;
    std::set<std::int64_t> stuck;
    for (const auto& queue : queues.stuck) {
        stuck.insert(queue.serial_command);
        if (!stuck_queues_.contains(queue.serial_command))
            log_.warn("{}. To free it: {}", queue.reason, queue.statement);
    }
    stuck_queues_ = std::move(stuck);
    for (const auto& [whose, waiting] : {std::pair{"ours", &queues.ours}, std::pair{"others", &queues.others}}) {
        bool& told = unfetched_[whose];
        if (!waiting->notice.empty() && !told) log_.warn("{}", waiting->notice);
        told = !waiting->notice.empty();
    }
}

void SweepLog::tell_changes(const model::SweepReport& report) {
    if (report.queues) tell_queues(*report.queues);
    if (report.schema && report.layout) {
        auto build = fmt::format("DolphinScheduler {}: tables {}, failover lock {}",
                                 report.schema->version_text.empty() ? "?" : report.schema->version_text,
                                 name(report.schema->generation), name(*report.layout));
        if (build != build_) log_.info("{}", build);
        build_ = std::move(build);
    }
    if (report.follows != follows_ && report.outcome != model::SweepReport::Outcome::failed) {
        follows_ = report.follows;
        log_.info(follows_ ? "another replica leads: this replica observes, and takes over when the leader ends"
                           : "this replica leads from now on");
    }
    if (report.why_no_journal != why_no_journal_) {
        why_no_journal_ = report.why_no_journal;
        if (!why_no_journal_.empty()) log_.warn("no journal: {}", why_no_journal_);
    }
    if (report.journal_missing_columns != journal_missing_columns_) {
        journal_missing_columns_ = report.journal_missing_columns;
        if (!journal_missing_columns_.empty()) log_.warn("outdated journal: {}", journal_missing_columns_);
    }
    if (!report.index_advice.empty() && !index_advised_) {
        index_advised_ = true;  // status still shows it
        log_.info(report.index_advice);
    }
    if (report.markers.malformed != malformed_markers_) {
        malformed_markers_ = report.markers.malformed;
        log_.warn("{} failover marker(s) have a name or value that cannot be parsed; they are kept",
                  malformed_markers_);
    }
}

}  // namespace dsr
