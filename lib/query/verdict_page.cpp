// SPDX-License-Identifier: Apache-2.0
#include "query/verdict_page.hpp"

#include <algorithm>
#include <iterator>

#include "base/text.hpp"

namespace dsr::query {

using namespace model;

namespace {

/// The text as an answer has it, where invalid UTF-8 is replaced: `after` comes back like that.
std::string as_answered(const std::string& text) {
    if (!base::find_invalid_utf8(text)) return text;
    return Json::parse(dump(Json(text))).get<std::string>();
}

bool is_of(const Project& project, const std::string& wanted) {
    return project.name == wanted || (project.code && std::to_string(*project.code) == wanted);
}

template <class Value>
bool one_of(const std::vector<Value>& wanted, const Value& value) {
    return wanted.empty() || std::ranges::find(wanted, value) != wanted.end();
}

}  // namespace

bool is_page_mark(std::string_view text) {
    const auto slash = text.rfind('/');
    const auto id = slash == std::string_view::npos ? text : text.substr(slash + 1);
    return base::is_digits(id) && id.size() <= 10;
}

VerdictPage::VerdictPage(VerdictFilter filter, std::string_view after, std::size_t limit, ProjectOf project_of)
    : filter_(std::move(filter)),
      limit_(std::clamp<std::size_t>(limit, 1, Verdicts::most)),
      project_of_(std::move(project_of)) {
    if (filter_.name) filter_.name = base::lower(*filter_.name);
    const auto slash = after.rfind('/');  // a key may contain slashes, an id does not
    const bool keyed = slash != std::string_view::npos;
    sort_ = filter_.sort.value_or(after.empty() || keyed ? VerdictSort::attention : VerdictSort::id);
    if (after.empty()) return;
    const auto id = base::parse_number<std::int64_t>(keyed ? after.substr(slash + 1) : after);
    after_ = Key{sort_ == VerdictSort::id || !keyed ? "" : std::string(after.substr(0, slash)), {id.value_or(0)}};
}

bool VerdictPage::fits(const WorkflowInstance& row, Verdict verdict) const {
    if (filter_.host && row.host != filter_.host) return false;
    if (!one_of(filter_.verdicts, verdict)) return false;
    if (!filter_.states.empty() && (!row.state || !one_of(filter_.states, *row.state))) return false;
    if (filter_.name && base::lower(row.name).find(*filter_.name) == std::string::npos) return false;
    return !filter_.project || is_of(project_of_(row.definition_code), *filter_.project);
}

VerdictPage::Key VerdictPage::key_of(const WorkflowInstance& row, Verdict verdict) const {
    switch (sort_) {
        case VerdictSort::attention:
            return {std::string(1, static_cast<char>('a' + attention_rank(verdict))), row.id};
        case VerdictSort::id:
            return {"", row.id};
        case VerdictSort::host:
            return {as_answered(row.host.value_or("")), row.id};
        case VerdictSort::name:
            return {as_answered(row.name), row.id};
        case VerdictSort::project:
            return {as_answered(project_of_(row.definition_code).name.value_or("")), row.id};
    }
    return {"", row.id};
}

void VerdictPage::see(const WorkflowInstance& row, const Judgement& judged) {
    if (!fits(row, judged.verdict)) return;
    ++matching_;
    auto key = key_of(row, judged.verdict);
    if (after_ && key <= *after_) return;
    if (rows_.size() > limit_) {
        const auto last = std::prev(rows_.end());
        if (last->first < key) return;
        rows_.erase(last);
    }
    rows_.emplace(std::move(key), VerdictRow{row.id, row.name, row.state, row.host, judged, row.definition_code, {}});
}

void VerdictPage::finish(Verdicts& answer) && {
    answer.matching = matching_;
    const bool more = rows_.size() > limit_;
    if (more) {
        rows_.erase(std::prev(rows_.end()));
        const auto& [key, id] = rows_.rbegin()->first;
        answer.next_after = (sort_ == VerdictSort::id ? "" : key + "/") + std::to_string(id.value);
    }
    for (auto& [key, row] : rows_) answer.rows.push_back(std::move(row));
}

}  // namespace dsr::query
