// SPDX-License-Identifier: Apache-2.0
// The sums of an Impact, by project.
#include <algorithm>
#include <map>
#include <vector>

#include "query/answers.hpp"

namespace dsr::query {

using namespace model;

namespace {

struct Sum {
    Project project;
    std::uint64_t workflows = 0;
    std::uint64_t tasks = 0;
    std::uint64_t links = 0;
    std::optional<std::chrono::microseconds> longest;

    void add(const ImpactWorkflow& workflow, Instant now) {
        ++workflows;
        tasks += workflow.tasks.size();
        for (const auto& task : workflow.tasks) {
            links += task.application_links.size();
            if (task.started_at) longest = std::max(longest.value_or(now - *task.started_at), now - *task.started_at);
        }
    }
};

Json task_json(const RunningTask& task, Instant now) {
    Json links = Json::array();
    for (std::size_t i = 0; i < std::min(task.application_links.size(), Impact::max_links_of_one); ++i)
        links.push_back(task.application_links[i]);
    const auto running = task.started_at ? std::optional(now - *task.started_at) : std::nullopt;
    return {
        {"task_instance_id", task.id.value},  {"name", task.name},          {"type", task.type},
        {"state", or_null(task.state)},       {"host", or_null(task.host)}, {"started_at", time_json(task.started_at)},
        {"running_for_ms", ms_json(running)}, {"application_links", links}};
}

Json workflow_json(const ImpactWorkflow& workflow, Instant now) {
    Json tasks = Json::array();
    for (std::size_t i = 0; i < std::min(workflow.tasks.size(), Impact::max_tasks_of_one); ++i)
        tasks.push_back(task_json(workflow.tasks[i], now));
    return {{"workflow_instance_id", workflow.row.id.value},
            {"name", workflow.row.name},
            {"project_code", or_null(workflow.row.project.code)},
            {"project", or_null(workflow.row.project.name)},
            {"host", or_null(workflow.row.host)},
            {"verdict", name(workflow.row.judgement.verdict)},
            {"acts_at", time_json(workflow.row.judgement.acts_at)},
            {"tasks", tasks}};
}

/// Sorts by number of workflows, descending, then by code.
std::vector<Sum> by_project(const Impact& impact) {
    std::map<std::optional<std::int64_t>, Sum> sums;
    for (const auto& workflow : impact.workflows) {
        auto& sum = sums[workflow.row.project.code];
        sum.project = workflow.row.project;
        sum.add(workflow, impact.taken_at);
    }
    std::vector<Sum> sorted;
    sorted.reserve(sums.size());
    for (auto& [code, sum] : sums) sorted.push_back(std::move(sum));
    std::ranges::stable_sort(sorted, std::ranges::greater{}, &Sum::workflows);
    return sorted;
}

}  // namespace

Json to_json(const Impact& impact) {
    Sum all;
    for (const auto& workflow : impact.workflows) all.add(workflow, impact.taken_at);
    Json projects = Json::array();
    for (const auto& sum : by_project(impact)) {
        if (projects.size() == Impact::max_projects) break;
        projects.push_back({{"project_code", or_null(sum.project.code)},
                            {"project", or_null(sum.project.name)},
                            {"workflows", sum.workflows},
                            {"running_tasks", sum.tasks},
                            {"longest_running_ms", ms_json(sum.longest)},
                            {"application_links", sum.links}});
    }
    Json workflows = Json::array();
    for (const auto& workflow : impact.workflows) workflows.push_back(workflow_json(workflow, impact.taken_at));
    return {{"taken_at", rfc3339(impact.taken_at)},
            {"holds", holds_json(impact.holds)},
            {"orphans", impact.orphans},
            {"waiting", impact.waiting},
            {"running_tasks", all.tasks},
            {"longest_running_ms", ms_json(all.longest)},
            {"application_links", all.links},
            {"projects", projects},
            {"workflows", workflows},
            {"complete", impact.complete}};
}

}  // namespace dsr::query
