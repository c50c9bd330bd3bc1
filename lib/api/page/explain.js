// SPDX-License-Identifier: Apache-2.0
// Why one workflow instance is, or is not, handed over.
import { button } from "./actions.js";
import { el, facts, mark, table } from "./dom.js";
import { journal, list_link, plural, stuck_queue } from "./overview.js";
import { human, moment, ticking } from "./time.js";
import * as words from "./words.js";

function headline(told) {
  const verdict = told.verdict;
  const about = words.verdicts[verdict];
  return [
    el("p", { class: `verdict-line ${about?.mark ?? "none"}` }, mark(about?.mark ?? "none"),
      el("strong", {}, verdict ?? words.standings[told.standing] ?? told.standing), about && ` ${about.means}`),
    el("p", { class: "reason" }, told.reason),
  ];
}

function next_step(told) {
  const { what, at, sentence } = told.prospect;
  if (what === "nothing" && sentence === "nothing") return el("p", {}, el("b", {}, "Next step: "), "nothing.");
  return el("p", { class: "prospect" }, el("b", {}, "Next step"),
    at && [" ", ticking("left", at), ", at ", moment(at)], `: ${sentence}`);
}

const answers = { true: "passed", false: "stops here", null: "not evaluated" };

function gates(told) {
  if (told.gates.length === 0) return null;
  return [
    el("h3", {}, "Gates"),
    el("p", {}, words.about_gates),
    table("Gates", ["Condition", "Answer", "Finding"], told.gates.map(({ gate, passed, finding }) => {
      // Only a row that a person must act upon stops at a gate for something bad.
      const sign = passed === false && words.verdicts[told.verdict]?.mark === "bad" ? "bad" : "none";
      return {
        key: gate,
        cells: [
          [words.gates[gate] ?? gate, " ", el("code", {}, gate)],
          el("span", { class: `answer ${sign}` }, mark(sign), answers[String(passed)]),
          finding === told.reason ? `${told.verdict}, see above` : finding,
        ],
      };
    })),
  ];
}

function owner(told) {
  const who = told.owner;
  if (!who) return null;
  if (who.registered) return [who.address, ", registered", who.startup_time && [", started ", moment(who.startup_time)]];
  return [who.address, ", not registered",
    who.absent_since ? [`, absent since ${who.witnessed ? "" : "at least "}`, moment(who.absent_since)] : null,
    who.absent_since && !who.witnessed && ", because its loss was not observed"];
}

function row(told) {
  const of = told.row;
  if (!of) return null;
  return facts([
    ["Workflow", el("bdi", {}, of.name)],
    ["Project", of.project ? el("bdi", {}, of.project) : of.project_code],
    ["Its page", of.project_code !== null &&
      words.in_dolphinscheduler(`/projects/${of.project_code}/workflow/instances/${told.workflow_instance_id}?code=${of.definition_code}`, "in DolphinScheduler") || null],
    ["Definition", `${of.definition_code} version ${of.definition_version}${of.definition_exists ? "" : ", which no longer exists"}`],
    ["State", `${of.state ?? "none"}${of.state_name ? ` ${of.state_name}` : ""}`],
    ["Host", of.host ? el("a", { href: list_link({ host: of.host }) }, el("bdi", {}, of.host)) : "none"],
    ["Owner", owner(told)],
    ["Taken up", of.owned_since && [moment(of.owned_since), of.owned_since_from && `, by its ${of.owned_since_from}`]],
    ["Started", of.start_time && `${of.start_time}, as stored`],
    ["Restarted", of.restart_time && `${of.restart_time}, as stored`],
    ["Ended", of.end_time && `${of.end_time}, as stored`],
    ["Command", of.command_pending ? "one waits" : null],
    ["Grace", `${human(told.grace_ms)}, in ${plural(told.confirmations, "view")}${told.grace_ms > 0 ? " at least 10 s apart" : ""}`],
  ]);
}

function typing(told) {
  const releasable = told.verdict === "quarantined" || told.verdict === "ambiguous";
  return [
    el("h3", {}, "What you can do"),
    el("dl", { class: "commands" },
      releasable && el("div", {}, el("dt", {}, "release it for another hand-over, once you have looked whether it still runs"),
        el("dd", {}, words.typed(words.release(told.workflow_instance_id)), " ", button("release", told.workflow_instance_id))),
      el("div", {}, el("dt", {}, "show the same on a terminal"),
        el("dd", {}, words.typed(words.explain(told.workflow_instance_id))))),
  ];
}

export function explanation(told) {
  const history = { entries: told.journal, shadow: [], notes: told.notes };
  return [
    headline(told),
    next_step(told),
    el("p", { class: "said" }, "Judged ", ticking("ago", told.taken_at), told.state_since && ["; its verdict holds since ", moment(told.state_since)], "."),
    told.stuck_queue && el("p", { class: "banner warn" }, stuck_queue(told.stuck_queue)),
    el("h3", {}, "The row"),
    row(told) ?? el("p", {}, "The database has none."),
    gates(told),
    el("h3", {}, "Journal entries"),
    journal(history, 200),
    typing(told),
  ];
}
