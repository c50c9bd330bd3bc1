// SPDX-License-Identifier: Apache-2.0
#include "query/answers.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/instance_states.hpp"
#include "store/generation.hpp"

namespace dsr::query {

using namespace model;

namespace {

Json row_json(const VerdictRow& row) {
    return {{"workflow_instance_id", row.id.value},
            {"name", row.name},
            {"state", or_null(row.state)},
            {"state_name", or_null(state_name(row.state))},
            {"host", or_null(row.host)},
            {"project_code", or_null(row.project.code)},
            {"project", or_null(row.project.name)},
            {"verdict", name(row.judgement.verdict)},
            {"reason", row.judgement.reason},
            {"acts_at", time_json(row.judgement.acts_at)}};
}

std::string_view name_of(Explanation::Standing standing) {
    switch (standing) {
        case Explanation::Standing::unfinished:
            return "unfinished";
        case Explanation::Standing::finished:
            return "finished";
        case Explanation::Standing::gone:
            return "gone";
        case Explanation::Standing::unknown:
            return "unknown";
    }
    return "unknown";
}

std::string_view name_of(NextStep::What what) {
    switch (what) {
        case NextStep::What::nothing:
            return "nothing";
        case NextStep::What::handed_over:
            return "handed_over";
        case NextStep::What::repaired:
            return "repaired";
        case NextStep::What::judged_again:
            return "judged_again";
    }
    return "nothing";
}

Json next_step_json(const NextStep& next_step) {
    return {{"what", name_of(next_step.what)}, {"at", time_json(next_step.at)}, {"sentence", next_step.sentence}};
}

Json instance_json(const Explanation& explained) {
    if (!explained.row) return nullptr;
    const auto& row = *explained.row;
    const bool known = row.ownership.form == OwnershipTime::Form::known;
    const auto times = explained.times.value_or(store::InstanceTimes{});
    return {{"workflow_instance_id", row.id.value},
            {"name", row.name},
            {"state", or_null(row.state)},
            {"state_name", or_null(state_name(row.state))},
            {"host", or_null(row.host)},
            {"project_code", or_null(explained.project.code)},
            {"project", or_null(explained.project.name)},
            {"definition_code", row.definition_code},
            {"definition_version", row.definition_version},
            {"definition_exists", row.definition_exists},
            {"is_sub_workflow", row.is_sub_workflow},
            {"command_pending", row.command_pending},
            {"start_time", or_null(times.columns.start_time)},
            {"restart_time", or_null(times.columns.restart_time)},
            {"end_time", or_null(times.end_time)},
            {"owned_since", known ? Json(rfc3339(row.ownership.latest)) : Json(nullptr)},
            {"owned_since_earliest", known ? Json(rfc3339(row.ownership.earliest)) : Json(nullptr)},
            {"owned_since_from", times.decides ? Json(name(*times.decides)) : Json(nullptr)}};
}

Json owner_json(const Explanation& explained) {
    if (!explained.owner) return nullptr;
    const auto& owner = *explained.owner;
    const auto& absence = owner.absence;
    return {{"address", owner.address.text},
            {"registered", owner.registered},
            {"startup_time", time_json(owner.startup_time)},
            {"process_id", or_null(owner.process_id)},
            {"registered_at", time_json(owner.registered_at)},
            {"absent_since", absence ? Json(rfc3339(absence->since)) : Json(nullptr)},
            {"last_seen_at", absence ? time_json(absence->last_seen) : Json(nullptr)},
            {"absent_for_ms", absence ? ms_json(explained.taken_at - absence->since) : Json(nullptr)},
            {"views", absence ? Json(std::max(0, absence->views)) : Json(nullptr)},
            {"witnessed", absence ? Json(absence->witnessed) : Json(nullptr)}};
}

Json entries_json(const std::vector<JournalEntry>& entries) {
    Json json = Json::array();
    for (const auto& entry : entries) json.push_back(entry_json(entry));
    return json;
}

Json notes_json(const std::vector<ControlNote>& notes) {
    Json json = Json::array();
    for (const auto& note : notes) json.push_back(note_json(note));
    return json;
}

Json shadow_json(const std::vector<ShadowEntry>& entries) {
    Json json = Json::array();
    for (const auto& entry : entries) json.push_back(entry_json(entry));
    return json;
}

}  // namespace

Json to_json(const Verdicts& verdicts) {
    Json rows = Json::array();
    for (const auto& row : verdicts.rows) rows.push_back(row_json(row));
    return {{"taken_at", rfc3339(verdicts.taken_at)},
            {"holds", holds_json(verdicts.holds)},
            {"counts", counts_json(verdicts.counts)},
            {"matching", verdicts.matching},
            {"rows", rows},
            {"next_after", or_null(verdicts.next_after)}};
}

Json to_json(const Explanation& explained) {
    Json gates = Json::array();
    for (const auto& gate : explained.gates)
        gates.push_back({{"gate", name(gate.gate)}, {"passed", or_null(gate.passed)}, {"finding", gate.finding}});
    return {{"workflow_instance_id", explained.id.value},
            {"standing", name_of(explained.standing)},
            {"taken_at", rfc3339(explained.taken_at)},
            {"verdict", explained.verdict ? Json(name(*explained.verdict)) : Json(nullptr)},
            {"state_since", time_json(explained.state_since)},
            {"reason", explained.reason},
            {"prospect", next_step_json(explained.next_step)},
            {"row", instance_json(explained)},
            {"owner", owner_json(explained)},
            {"stuck_queue", explained.stuck_queue ? stuck_json(*explained.stuck_queue) : Json(nullptr)},
            {"gates", gates},
            {"holds", holds_json(explained.holds)},
            {"grace_ms", ms_json(explained.grace)},
            {"confirmations", explained.confirmations},
            {"journal", entries_json(explained.journal)},
            {"notes", notes_json(explained.notes)}};
}

Json to_json(const History& history) {
    return {{"workflow_instance_id", history.instance ? Json(history.instance->value) : Json(nullptr)},
            {"entries", entries_json(history.entries)},
            {"notes", notes_json(history.notes)},
            {"shadow", shadow_json(history.shadow)}};
}

NextStep in_shadow(NextStep next_step) {
    const bool deed = next_step.what == NextStep::What::handed_over || next_step.what == NextStep::What::repaired;
    if (deed) {
        next_step.what = NextStep::What::nothing;
        next_step.sentence = "in shadow mode only the journal is written; in mode act " + next_step.sentence;
    }
    return next_step;
}

std::string held_words(const std::vector<Hold>& holds) {
    std::string words;
    for (const auto& hold : holds) {
        if (hold.guard == Guard::lock_stuck) continue;
        std::string guard(name(hold.guard));
        std::ranges::replace(guard, '_', ' ');
        words += (words.empty() ? "held: " : ", ") + guard;
    }
    return words;
}

namespace {

/// What a person must do, and the section of the runbook that says more.
NextStep manual(Verdict verdict, std::string_view what) {
    return {NextStep::What::nothing, std::nullopt,
            fmt::format("{}; more in operating.md#{} (of a package in /usr/share/doc/ds-reconciler, of the source in "
                        "docs)",
                        what, name(verdict))};
}

/// The statement that ends a row which no master runs. It changes nothing if the row changed meanwhile.
std::string ending(const WorkflowInstance& row, Generation generation, int final_state) {
    return fmt::format(
        "check that no process of it runs, then `update {} set state = {} where id = {} and state = {};`",
        store::instance_table(generation), final_state, row.id.value, row.state.value_or(0));
}

bool stops_at(const plan::Reasoning& reasoning, plan::Gate gate) {
    return std::ranges::any_of(reasoning.gates,
                               [&](const auto& seen) { return seen.gate == gate && !seen.passed.value_or(true); });
}

}  // namespace

NextStep next_step_of(const plan::Reasoning& reasoning, const WorkflowInstance& row, Generation generation,
                      const std::vector<Hold>& holds) {
    using What = NextStep::What;
    const auto& judgement = reasoning.judgement;
    const auto held = held_words(holds);
    const auto unless_held = [&](What what, const std::string& then) {
        if (held.empty()) return NextStep{what, std::nullopt, then + " in the next sweep"};
        return NextStep{what, std::nullopt, held + "; " + then + " once no guard holds"};
    };
    switch (judgement.verdict) {
        case Verdict::orphan:
        case Verdict::orphan_earlier_incarnation:
            return unless_held(What::handed_over, "it is handed over to a live master");
        case Verdict::stranded:
            return unless_held(What::repaired, "it gets a recovery command, if its previous state is known,");
        case Verdict::waiting:
            if (held.empty())
                return {What::handed_over, judgement.acts_at, "it is handed over if nothing changes by then"};
            return {What::handed_over, std::nullopt,
                    held + "; it is handed over once its grace is over and no guard holds"};
        case Verdict::zombie:
            return {What::judged_again, judgement.acts_at,
                    "it is judged again; task activity before that starts the grace again"};
        case Verdict::pending:
        case Verdict::recovering:
            return {What::nothing, std::nullopt, "a live master takes it up"};
        case Verdict::owned:
            return {What::nothing, std::nullopt, "its master runs it"};
        case Verdict::parked:
            return manual(judgement.verdict,
                          "it waits for its turn or for a person, and neither masters nor this daemon fail it over. If "
                          "it waits for too long, continue or stop it in DolphinScheduler");
        case Verdict::superseded:
            return {What::nothing, std::nullopt, "its parent starts a new one"};
        case Verdict::unknown:
            return {What::judged_again, std::nullopt, "each sweep judges it again"};
        case Verdict::unrecoverable:
            return manual(judgement.verdict, "a person must end it: " + ending(row, generation, 5) +
                                                 " and run the present version if its result is needed");
        case Verdict::unassigned:
            return manual(judgement.verdict,
                          "if it is not just being started, a person must stop it in DolphinScheduler and run its "
                          "workflow again");
        case Verdict::overdue:
            return manual(judgement.verdict, "a person must find out why no master takes up its command");
        case Verdict::failed:
            return manual(judgement.verdict, "a person must fix why its command failed, then release it");
        case Verdict::quarantined:
            return manual(judgement.verdict,
                          "a person must find out whether it crashes its masters, then release or stop it");
        case Verdict::ambiguous:
            if (stops_at(reasoning, plan::Gate::stop_kept))
                return manual(
                    judgement.verdict,
                    fmt::format("a person must decide. To end it, {} To continue it, "
                                "`ds-reconcilerd release {}`",
                                ending(row, generation, row.state == state::ready_pause ? 3 : 5), row.id.value));
            return manual(judgement.verdict, "a person must check whether it runs, and release it if it does not");
    }
    return {};
}

}  // namespace dsr::query
