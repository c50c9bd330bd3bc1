// SPDX-License-Identifier: Apache-2.0
#include "query/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <ostream>
#include <utility>

#include "base/enumerators.hpp"
#include "base/text.hpp"
#include "query/answers.hpp"
#include "query/cluster_identity.hpp"
#include "query/table.hpp"
#include "query/time_text.hpp"

namespace dsr::query {

using namespace model;

namespace {

/// A text, a number, or "-" for null.
std::string word(const Json& value) {
    if (value.is_null()) return "-";
    if (value.is_string()) return base::printable(value.get<std::string>());
    if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
    return value.dump();
}

/// A time of the API, or "-" for null.
std::string when(const Json& value, Style style) {
    return value.is_null() ? "-" : base::printable(time_text(value.get<std::string>(), style.clock));
}

/// A sentence of the API, which may name times.
std::string sentence(const Json& value, Style style) {
    return with_clock_texts(word(value), style.clock);
}

Cell number(const Json& value) {
    return {word(value), "", true};
}

std::string duration(const Json& value) {
    return value.is_null() ? "-" : human(Milliseconds{value.get<std::int64_t>()});
}

/// Of a verdict or a receipt: red where a person must act, none where nobody must.
const char* colour_of(const std::string& verdict, Style style) {
    if (!style.colour) return "";
    if (verdict == "owned" || verdict == "recovered") return green;
    if (verdict == "unknown" || verdict == "zombie") return yellow;
    const auto named =
        base::enumerator_named<Verdict>(verdict_names, verdict);  // a receipt that needs a person has one
    return named && needs_person(*named) ? red : "";
}

/// A cell that is of no use when it is shortened.
Cell late(std::string text) {
    return {std::move(text), "", false, true};
}

Cell verdict_cell(const Json& verdict, Style style) {
    const auto text = word(verdict);
    return {text, text == "-" ? "" : colour_of(text, style), false, true};
}

/// "held: mass loss", of the names of guards.
std::string held(const Json& holds) {
    std::vector<Hold> named;
    for (const auto& hold : holds) {
        const auto guard = base::enumerator_named<Guard>(guard_names, hold.at("guard").get<std::string>());
        if (guard) named.push_back({*guard, ""});
    }
    return held_words(named);
}

void print_holds(std::ostream& out, const Json& holds, Style style) {
    for (const auto& hold : holds)
        out << (style.colour ? yellow : "") << "Held by " << word(hold.at("guard")) << (style.colour ? "\033[0m" : "")
            << ": " << sentence(hold.at("reason"), style) << "\n";
}

void print_counts(std::ostream& out, const Json& counts, Style style) {
    Table table({"rows", "verdict"});
    for (const auto verdict : verdicts_by_attention) {
        const std::string key(name(verdict));
        const auto& count = counts.at(key);
        if (count.get<std::uint64_t>() > 0) table.add({number(count), verdict_cell(key, style)});
    }
    table.print(out, style.width);
}

constexpr std::size_t max_live_masters = 10;

/// Missing masters first, then live ones of which some workflow is to be handed over, then the others.
int master_rank(const Json& master) {
    if (master.at("state") != "live") return 0;
    return master.at("orphan").get<std::uint64_t>() + master.at("waiting").get<std::uint64_t>() > 0 ? 1 : 2;
}

void print_masters(std::ostream& out, const Json& masters, Style style) {
    std::vector<Json> sorted(masters.begin(), masters.end());
    std::ranges::stable_sort(sorted, {}, master_rank);
    const auto live = static_cast<std::size_t>(
        std::ranges::count_if(sorted, [](const Json& master) { return master.at("state") == "live"; }));
    const std::size_t left_out = style.all_masters || live <= max_live_masters ? 0 : live - max_live_masters;
    sorted.resize(sorted.size() - left_out);
    Table table({"master", "state", "up since", "absent since", "grace over", "owned", "waiting", "orphan", "other"});
    for (const auto& master : sorted) {
        const auto state = word(master.at("state"));
        const char* colour = !style.colour ? "" : state == "live" ? green : state == "zombie" ? yellow : "";
        table.add({{word(master.at("address"))},
                   {state, colour},
                   late(state == "live" ? when(master.at("startup_time"), style) : "-"),
                   late((master.at("witnessed") == false ? "at least " : "") + when(master.at("absent_since"), style)),
                   late(when(master.at("grace_over_at"), style)),
                   number(master.at("owned")),
                   number(master.at("waiting")),
                   number(master.at("orphan")),
                   number(master.at("other"))});
    }
    table.print(out, style.width);
    if (left_out > 0) out << fmt::format("  … and {} more live master(s): --all-masters\n", left_out);
}

/// "29/30 registered".
std::string masters_in_words(const Json& status) {
    if (status.at("verdicts").is_null()) return "-";
    const auto& masters = status.at("masters");
    const auto live = std::ranges::count_if(masters, [](const Json& master) { return master.at("state") == "live"; });
    return fmt::format("{}/{} registered", live, masters.size());
}

/// How many workflows lost their master and are not handed over.
std::string lost_in_words(const Json& counts) {
    if (counts.is_null()) return "-";
    std::uint64_t lost = 0;
    for (const auto verdict :
         {Verdict::orphan, Verdict::orphan_earlier_incarnation, Verdict::stranded, Verdict::waiting, Verdict::zombie})
        lost += counts.at(std::string(name(verdict))).get<std::uint64_t>();
    return std::to_string(lost);
}

/// As a word of a shell's command line.
std::string quoted(const std::string& text) {
    const auto plain = [](unsigned char c) { return std::isalnum(c) != 0 || std::strchr("._:/-", c) != nullptr; };
    if (std::ranges::all_of(text, plain)) return text;
    std::string quoted = "'";
    for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return quoted + "'";
}

/// The reason and the result.
std::string what(const Json& entry, Style style) {
    const auto message = sentence(entry.at("message"), style);
    const auto reason = sentence(entry.at("reason"), style);
    return message.empty() ? reason : reason + "; " + message;
}

void print_entries(std::ostream& out, const Json& entries, Style style) {
    Table table({"entry", "at", "instance", "kind", "from host", "it was", "result", "result at", "taken by", "why"});
    for (const auto& entry : entries) {
        table.add({number(entry.at("number")),
                   late(when(entry.at("at"), style)),
                   number(entry.at("workflow_instance_id")),
                   {word(entry.at("kind"))},
                   {word(entry.at("from_host"))},
                   {word(entry.at("verdict"))},
                   verdict_cell(entry.at("receipt"), style),
                   late(when(entry.at("receipt_at"), style)),
                   {word(entry.at("taken_by"))},
                   {what(entry, style)}});
    }
    table.print(out, style.width);
}

void print_notes(std::ostream& out, const Json& notes, Style style) {
    Table table({"note", "at", "action", "instance", "until", "by", "why", "state"});
    for (const auto& note : notes) {
        table.add({number(note.at("number")),
                   late(when(note.at("at"), style)),
                   {word(note.at("action"))},
                   number(note.at("workflow_instance_id")),
                   late(when(note.at("until"), style)),
                   {word(note.at("by"))},
                   {word(note.at("reason"))},
                   {word(note.at("state"))}});
    }
    table.print(out, style.width);
}

void print_shadow(std::ostream& out, const Json& entries, Style style) {
    Table table(
        {"shadow", "at", "instance", "kind", "from host", "it was", "compared", "compared at", "dealt by", "why"});
    for (const auto& entry : entries) {
        const auto compared = word(entry.at("compared"));
        const char* colour = !style.colour                      ? ""
                             : compared == "would_have_doubled" ? red
                             : compared == "open"               ? ""
                                                                : green;
        table.add({number(entry.at("number")),
                   late(when(entry.at("at"), style)),
                   number(entry.at("workflow_instance_id")),
                   {word(entry.at("kind"))},
                   {word(entry.at("from_host"))},
                   {word(entry.at("verdict"))},
                   {compared, colour},
                   late(when(entry.at("compared_at"), style)),
                   {word(entry.at("dealt_by"))},
                   {what(entry, style)}});
    }
    table.print(out, style.width);
}

/// "2 master(s): a:1, b:1".
std::string masters_text(const Json& event) {
    const auto& masters = event.at("masters");
    std::string names;
    for (const auto& address : masters.at("addresses")) names += (names.empty() ? "" : ", ") + word(address);
    const auto count = masters.at("count").get<std::uint64_t>();
    const auto more = count - masters.at("addresses").size();
    return fmt::format("{} master(s): {}{}{}", count, names, more > 0 ? fmt::format(" and {} more", more) : "",
                       event.at("reason").is_null() ? "" : "; " + word(event.at("reason")));
}

/// "a:1, b:1 and 3 more".
std::string first_hosts(const Json& recovery) {
    constexpr std::size_t max_named = 5;
    const auto& hosts = recovery.at("hosts");
    const auto count = recovery.at("masters").get<std::size_t>();
    std::string names;
    std::size_t named = 0;
    for (; named < std::min(hosts.size(), max_named); ++named) {
        const auto address = word(hosts.at(named).at("address"));
        names += (names.empty() ? "" : ", ") + (address == "NULL" ? "none (claimed without a command)" : address);
    }
    return names + (count > named ? fmt::format(" and {} more", count - named) : "");
}

/// "10 workflow(s) of a:1, b:1 handed over: 8 taken up, 2 not taken up yet"; `would`: of shadow mode.
std::string recovery_text(const Json& recovery, bool would) {
    auto text = fmt::format("{} workflow(s) of {} {}", word(recovery.at("workflows")), first_hosts(recovery),
                            would ? "would have been handed over" : "handed over");
    if (would) return text;
    std::string outcome;
    for (const auto& [key, words] : {std::pair("taken_up", "taken up"),
                                     {"awaited", "not taken up yet"},
                                     {"overdue", "overdue"},
                                     {"failed", "failed"}}) {
        if (recovery.at(key) > 0)
            outcome += fmt::format("{} {} {}", outcome.empty() ? ":" : ",", word(recovery.at(key)), words);
    }
    return text + outcome;
}

/// Beside the kind of the event.
std::string event_text(const Json& event, Style style) {
    if (!event.at("masters").is_null()) return masters_text(event);
    if (!event.at("recovery").is_null()) return recovery_text(event.at("recovery"), event.at("kind") == "shadow");
    if (const auto& note = event.at("note"); !note.is_null()) {
        const auto& id = note.at("workflow_instance_id");
        return fmt::format("{} {}{}: {}", word(note.at("by")), word(note.at("action")),
                           id.is_null() ? "" : " " + word(id), word(note.at("reason")));
    }
    auto text = word(event.at("guard"));
    if (!event.at("reason").is_null()) text += ": " + sentence(event.at("reason"), style);
    if (!event.at("since").is_null()) text += ", held since " + when(event.at("since"), style);
    return text;
}

/// "masters lost"; of a loss that was not observed "masters absent".
std::string kind_text(const Json& event) {
    if (event.at("kind") == "masters_lost" && !event.at("reason").is_null()) return "masters absent";
    auto kind = word(event.at("kind"));
    std::ranges::replace(kind, '_', ' ');
    return kind;
}

/// What a person must act upon, and the command that says why.
void print_needs_person(std::ostream& out, const Json& needs, Style style) {
    if (needs.is_null() || needs.at("workflows") == 0) return;
    std::string ids;
    for (const auto& id : needs.at("first")) ids += (ids.empty() ? "" : ", ") + word(id);
    const bool is_whole = needs.at("first").size() == needs.at("workflows").get<std::size_t>();
    out << fmt::format(
        "{}Needs a person{}: {} ({}{}): `ds-reconcilerd verdicts` begins with {}, `explain {}` says what to do\n",
        style.colour ? red : "", style.colour ? "\033[0m" : "", word(needs.at("workflows")), ids, is_whole ? "" : ", …",
        needs.at("workflows") == 1 ? "it" : "them", needs.at("first").empty() ? "ID" : word(needs.at("first").front()));
}

/// The name where it is known, else the code.
const Json& project_of(const Json& row) {
    return row.at("project").is_null() ? row.at("project_code") : row.at("project");
}

std::string state_text(const Json& row) {
    if (row.at("state_name").is_null()) return word(row.at("state"));
    return word(row.at("state")) + " " + word(row.at("state_name"));
}

void print_row(std::ostream& out, const Json& row, Style style) {
    const auto line = [&out](const char* what, const std::string& text) {
        out << fmt::format("  {:<12}{}\n", what, text);
    };
    line("name", word(row.at("name")));
    line("project", word(project_of(row)));
    line("definition",
         fmt::format("{} version {}{}", word(row.at("definition_code")), word(row.at("definition_version")),
                     row.at("definition_exists").get<bool>() ? "" : ", which no longer exists"));
    line("state", state_text(row));
    line("host", word(row.at("host")));
    line("started", word(row.at("start_time")));
    line("restarted", word(row.at("restart_time")));
    if (!row.at("end_time").is_null()) line("ended", word(row.at("end_time")));
    const auto& from = row.at("owned_since_from");
    line("taken up", when(row.at("owned_since"), style) + (from.is_null() ? "" : ", by its " + word(from)));
}

/// `views_apart`: whether a view counts only some time after the one before.
void print_owner(std::ostream& out, const Json& owner, bool views_apart, Style style) {
    if (owner.at("registered").get<bool>()) {
        out << fmt::format("  {:<12}registered, up since {}, process {}\n", "owner",
                           when(owner.at("startup_time"), style), word(owner.at("process_id")));
    } else if (owner.at("absent_since").is_null()) {
        out << fmt::format("  {:<12}not registered, missing for the first time\n", "owner");
    } else {
        const bool witnessed = owner.at("witnessed").get<bool>();
        out << fmt::format("  {:<12}not registered, absent since {}{}{}\n", "owner", witnessed ? "" : "at least ",
                           when(owner.at("absent_since"), style),
                           witnessed ? "" : ", because its loss was not observed");
        if (views_apart) out << "              (views of the registry less than 10 s apart count as one)\n";
    }
}

void print_stuck(std::ostream& out, const Json& queue) {
    if (queue.is_null()) return;
    out << "Stuck queue: " << word(queue.at("reason")) << "\n  To free it: " << word(queue.at("statement")) << "\n";
}

void print_queues(std::ostream& out, const Json& queues) {
    if (queues.is_null()) return;
    if (!queues.at("unread").is_null()) out << "Queues not read: " << word(queues.at("unread")) << "\n";
    for (const auto& queue : queues.at("stuck")) print_stuck(out, queue);
    if (const auto more = queues.at("stuck_total").get<std::size_t>() - queues.at("stuck").size(); more > 0)
        out << fmt::format("  and {} more stuck queue(s)\n", more);
    for (const char* whose : {"unfetched_ours", "unfetched_others"}) {
        if (const auto& notice = queues.at(whose).at("notice"); !notice.is_null())
            out << "Not fetched: " << word(notice) << "\n";
    }
}

/// The reason of the verdict is not said again beside the gate that gave it.
void print_gates(std::ostream& out, const Json& explanation, Style style) {
    Table table({"gate", "", "finding"});
    const auto verdict = word(explanation.at("verdict"));
    for (const auto& gate : explanation.at("gates")) {
        const auto& passed = gate.at("passed");
        const auto& finding = gate.at("finding");
        Cell result{"not evaluated", ""};
        if (!passed.is_null()) result = {passed.get<bool>() ? "passed" : "stops here", ""};
        if (passed == false && colour_of(verdict, style) == red) result.colour = red;
        table.add({{word(gate.at("gate"))},
                   result,
                   {finding == explanation.at("reason") ? verdict + ", see above" : sentence(finding, style)}});
    }
    table.print(out, style.width, Table::Fit::wrap);
}

}  // namespace

void print_status(std::ostream& out, const Json& status, Style style) {
    if (status.at("answered_by") == "daemon") {
        out << fmt::format("{}, version {}, started {}; {}, since {}\n", word(status.at("replica")),
                           word(status.at("version")), when(status.at("started_at"), style), word(status.at("state")),
                           when(status.at("state_since"), style));
    } else {
        out << "Not asked of a daemon: the present state of the cluster, with the content of the journal.\n";
        if (!status.at("journal_view_at").is_null())
            out << fmt::format("A daemon last recorded a view of the registry {}\n",
                               when(status.at("journal_view_at"), style));
    }
    out << "Cluster: " << base::printable(in_words(status.at("cluster"))) << "\n";
    if (!status.at("config_error").is_null())
        out << "Configuration refused, the old one stays in force: " << word(status.at("config_error")) << "\n";
    out << fmt::format("Mode: {}; grace {}, {} view(s) of the registry\n",
                       status.at("mode") == "shadow" ? "shadow, only the journal is written" : "act",
                       duration(status.at("grace_ms")), word(status.at("confirmations")));
    if (!status.at("shadow").is_null()) out << "Shadow: " << word(status.at("shadow").at("in_words")) << "\n";
    if (!status.at("leader").is_null()) out << "Leader: " << word(status.at("leader")) << "\n";
    for (const auto& remark : status.at("registry_remarks")) out << "Registry: " << word(remark) << "\n";
    if (!status.at("journal_lacking").is_null()) out << "No journal: " << word(status.at("journal_lacking")) << "\n";
    if (!status.at("journal_missing_columns").is_null())
        out << "Outdated journal: " << word(status.at("journal_missing_columns")) << "\n";
    print_queues(out, status.at("queues"));
    if (!status.at("index_advice").is_null()) out << "Slow queries: " << word(status.at("index_advice")) << "\n";
    const auto& last = status.at("last_sweep");
    if (!last.is_null()) {
        out << fmt::format("Last sweep: {} {}, took {}; {} workflow(s) due for recovery, {} handed over\n",
                           word(last.at("outcome")), when(last.at("started_at"), style),
                           duration(last.at("duration_ms")), word(last.at("found")), word(last.at("recovered")));
        if (!last.at("failure").is_null()) out << "  " << sentence(last.at("failure"), style) << "\n";
    }
    if (!status.at("canary").is_null()) out << "Canary: " << sentence(status.at("canary"), style) << "\n";
    if (!status.at("sweep_running_since").is_null())
        out << "A sweep is running since " << when(status.at("sweep_running_since"), style) << "\n";
    if (!status.at("next_sweep_at").is_null()) out << "Next sweep: " << when(status.at("next_sweep_at"), style) << "\n";
    if (!status.at("next_action_at").is_null())
        out << (status.at("mode") == "shadow" ? "Next loss to record" : "Next hand-over")
            << ", if nothing changes: " << when(status.at("next_action_at"), style) << "\n";
    if (const auto words = held(status.at("holds")); !words.empty()) out << "Next hand-over: " << words << "\n";
    print_holds(out, status.at("holds"), style);
    print_needs_person(out, status.at("needs_person"), style);
    out << "\n";
    if (status.at("state") == "failing") {
        // What is old is not coloured as if it were known now.
        style.colour = false;
        out << "Not judged, because the last sweep failed."
            << (status.at("seen_at").is_null() ? "" : " What follows is as of " + when(status.at("seen_at"), style))
            << "\n";
    }
    if (!status.at("verdicts").is_null()) {
        print_counts(out, status.at("verdicts"), style);
        out << "\n";
    }
    print_masters(out, status.at("masters"), style);
}

void print_verdicts(std::ostream& out, const Json& verdicts, Style style) {
    print_holds(out, verdicts.at("holds"), style);
    Table table({"instance", "verdict", "host", "state", "project", "name", "why"});
    for (const auto& row : verdicts.at("rows")) {
        table.add({number(row.at("workflow_instance_id")),
                   verdict_cell(row.at("verdict"), style),
                   {word(row.at("host"))},
                   {word(row.at("state_name").is_null() ? row.at("state") : row.at("state_name"))},
                   {word(project_of(row))},
                   {word(row.at("name"))},
                   {sentence(row.at("reason"), style)}});
    }
    table.print(out, style.width);
    const auto matching = verdicts.at("matching").get<std::uint64_t>();
    if (verdicts.at("next_after").is_null()) {
        out << fmt::format("{} row(s)\n", matching);
    } else {
        out << fmt::format("{} of {} row(s); next page: the same command with --after {}\n", verdicts.at("rows").size(),
                           matching, quoted(word(verdicts.at("next_after"))));
    }
}

void print_explanation(std::ostream& out, const Json& explanation, Style style) {
    const auto& verdict = explanation.at("verdict");
    out << fmt::format("Workflow instance {}: ", word(explanation.at("workflow_instance_id")));
    if (verdict.is_null()) {
        out << word(explanation.at("standing"));
    } else {
        const auto cell = verdict_cell(verdict, style);
        const std::string colour = cell.colour;
        out << colour << cell.text << (colour.empty() ? "" : "\033[0m");
    }
    out << "\n" << sentence(explanation.at("reason"), style) << "\n";
    if (const auto& since = explanation.at("state_since"); !since.is_null())
        out << "In this state since " << when(since, style) << "\n";
    const auto& next_step = explanation.at("prospect");
    if (!verdict.is_null()) {
        out << "Next step" << (next_step.at("at").is_null() ? "" : " " + when(next_step.at("at"), style)) << ": "
            << sentence(next_step.at("sentence"), style) << "\n";
    }
    print_stuck(out, explanation.at("stuck_queue"));
    if (!explanation.at("row").is_null()) {
        out << "\n";
        print_row(out, explanation.at("row"), style);
    }
    if (!explanation.at("owner").is_null())
        print_owner(out, explanation.at("owner"), explanation.at("grace_ms") > 0, style);
    if (!explanation.at("gates").empty()) {
        out << "\n";
        print_gates(out, explanation, style);
    }
    if (!explanation.at("holds").empty()) out << "\n";
    print_holds(out, explanation.at("holds"), style);
    if (!explanation.at("journal").empty()) out << "\n";
    print_entries(out, explanation.at("journal"), style);
    if (!explanation.at("notes").empty()) out << "\n";
    print_notes(out, explanation.at("notes"), style);
}

void print_history(std::ostream& out, const Json& history, Style style) {
    if (history.at("entries").empty() && history.at("notes").empty() && history.at("shadow").empty()) {
        out << "The journal has no entries"
            << (history.at("workflow_instance_id").is_null()
                    ? ""
                    : " for workflow instance " + word(history.at("workflow_instance_id")))
            << "\n";
        return;
    }
    print_entries(out, history.at("entries"), style);
    if (!history.at("entries").empty() && !history.at("notes").empty()) out << "\n";
    print_notes(out, history.at("notes"), style);
    if (history.at("shadow").empty()) return;
    if (!history.at("entries").empty() || !history.at("notes").empty()) out << "\n";
    print_shadow(out, history.at("shadow"), style);
}

void print_timeline(std::ostream& out, const Json& timeline, Style style) {
    const auto& events = timeline.at("events");
    if (events.empty()) out << "Nothing happened since " << when(timeline.at("since"), style) << "\n";
    Table table({"at", "event", "what"});
    for (const auto& event : events) {
        table.add({late(when(event.at("at"), style)), {kind_text(event)}, {event_text(event, style)}});
    }
    table.print(out, style.width, Table::Fit::wrap);
    if (!timeline.at("complete").get<bool>()) out << "There was more; `ds-reconcilerd history` has the rest\n";
}

void print_impact(std::ostream& out, const Json& impact, Style style) {
    print_holds(out, impact.at("holds"), style);
    const auto& longest = impact.at("longest_running_ms");
    out << fmt::format(
        "A failover would re-run {} workflow(s) now, and {} more once their grace is over: {} unfinished task(s){}, {} "
        "external application(s)\n",
        word(impact.at("orphans")), word(impact.at("waiting")), word(impact.at("running_tasks")),
        longest.is_null() ? "" : ", the longest running for " + duration(longest),
        word(impact.at("application_links")));
    if (!impact.at("complete").get<bool>()) out << "The lists are truncated; the sums cover only what is shown.\n";
    if (!impact.at("projects").empty()) out << "\n";
    Table projects({"project", "workflows", "tasks", "longest", "applications"});
    for (const auto& project : impact.at("projects")) {
        projects.add({{word(project_of(project))},
                      number(project.at("workflows")),
                      number(project.at("running_tasks")),
                      {duration(project.at("longest_running_ms")), "", true},
                      number(project.at("application_links"))});
    }
    projects.print(out, style.width);
    if (!impact.at("workflows").empty()) out << "\n";
    Table table({"instance", "verdict", "workflow", "task", "type", "worker", "running for", "applications"});
    for (const auto& workflow : impact.at("workflows")) {
        const std::vector<Cell> head{number(workflow.at("workflow_instance_id")),
                                     verdict_cell(workflow.at("verdict"), style),
                                     {word(workflow.at("name"))}};
        if (workflow.at("tasks").empty()) table.add({head[0], head[1], head[2], {"-"}, {"-"}, {"-"}, {"-"}, {"-"}});
        for (const auto& task : workflow.at("tasks")) {
            std::string links;
            for (const auto& link : task.at("application_links")) links += (links.empty() ? "" : " ") + word(link);
            table.add({head[0],
                       head[1],
                       head[2],
                       {word(task.at("name"))},
                       {word(task.at("type"))},
                       {word(task.at("host"))},
                       {duration(task.at("running_for_ms"))},
                       {links.empty() ? "-" : links}});
        }
    }
    table.print(out, style.width);
}

void print_clusters(std::ostream& out, const Json& clusters, Style style) {
    Table table({"cluster", "state", "masters", "workflows lost", "need a person", "last sweep", "next hand-over"});
    std::string errors;
    const auto without = [&](const Json& cluster, const char* state, const std::string& why) {
        table.add({{word(cluster.at("name"))}, {state, style.colour ? red : ""}, {"-"}, {"-"}, {"-"}, {"-"}, {"-"}});
        errors += fmt::format("{}: {}\n", word(cluster.at("name")), why);
    };
    for (const auto& cluster : clusters.at("clusters")) {
        const auto& status = cluster.at("status");
        if (status.is_null()) {
            without(cluster, "no answer", word(cluster.at("error")));
            continue;
        }
        try {
            const auto& last = status.at("last_sweep");
            const auto words = held(status.at("holds"));
            const auto state = word(status.at("state"));
            const char* colour = !style.colour ? "" : state == "failing" ? red : state == "held" ? yellow : "";
            table.add({{word(status.at("cluster").at("name"))},
                       {state, colour},
                       {masters_in_words(status)},
                       {lost_in_words(status.at("verdicts"))},
                       {status.at("needs_person").is_null() ? "-" : word(status.at("needs_person").at("workflows"))},
                       late(last.is_null() ? "-" : when(last.at("started_at"), style)),
                       late(words.empty() ? when(status.at("next_action_at"), style) : words)});
        } catch (const Json::exception&) {
            without(cluster, "not readable", "the daemon is of another version; restart it");
        }
    }
    table.print(out, style.width);
    out << errors;
}

}  // namespace dsr::query
