// SPDX-License-Identifier: Apache-2.0
// One page of a list of verdicts: which rows, in which order, and where the next page begins. Keeps one page, whatever
// the number of rows. Pure except for `ProjectOf`; one thread.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/enumerators.hpp"
#include "model/task_instance.hpp"
#include "model/workflow_instance.hpp"
#include "query/answers.hpp"

namespace dsr::query {

/// The order of a list; rows that are equal in it come by id. The names are visible to users: never rename one.
enum class VerdictSort {
    attention,  ///< what a person must act upon first, what needs nobody last: model::verdicts_by_attention
    id,
    host,
    name,
    project,  ///< by its name
};
inline constexpr std::array<std::string_view, 5> verdict_sort_names{"attention", "id", "host", "name", "project"};
static_assert(base::names_each<VerdictSort>(verdict_sort_names));

/// Whether a page can begin after that text: an id, or a key, a slash and an id.
bool is_page_mark(std::string_view text);

/// A row must match all that is given.
struct VerdictFilter {
    std::vector<model::Verdict> verdicts{};  ///< one of these; empty: all
    std::optional<std::string> host{};       ///< exactly
    std::optional<std::string> project{};    ///< its name or its code, exactly
    std::optional<std::string> name{};       ///< a part of the workflow's name; ASCII letters in either case
    std::vector<int> states{};               ///< one of these of DolphinScheduler's codes; empty: all
    /// By default attention; id, if the page begins after a plain id.
    std::optional<VerdictSort> sort{};
};

class VerdictPage {
public:
    /// Of a definition; called only if the filter or the order needs it.
    using ProjectOf = std::function<model::Project(std::int64_t definition_code)>;

    /// `after`: Verdicts::next_after of the page before; empty: the first page. At most `limit` rows.
    VerdictPage(VerdictFilter filter, std::string_view after, std::size_t limit, ProjectOf project_of);

    void see(const model::WorkflowInstance& row, const model::Judgement& judged);

    /// Sets matching, rows and next_after.
    void finish(Verdicts& answer) &&;

private:
    using Key = std::pair<std::string, model::WorkflowInstanceId>;

    [[nodiscard]] bool fits(const model::WorkflowInstance& row, model::Verdict verdict) const;
    [[nodiscard]] Key key_of(const model::WorkflowInstance& row, model::Verdict verdict) const;

    VerdictFilter filter_;
    VerdictSort sort_ = VerdictSort::attention;
    std::optional<Key> after_;
    std::size_t limit_;
    ProjectOf project_of_;
    std::uint64_t matching_ = 0;
    std::map<Key, VerdictRow> rows_;  ///< the first after `after_`: at most one more than the page
};

}  // namespace dsr::query
