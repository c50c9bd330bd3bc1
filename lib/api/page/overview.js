// SPDX-License-Identifier: Apache-2.0
// Elements of the overview and of other views: the daemon's state, holds, counts, and the journal.
import { button, ending } from "./actions.js";
import { el, facts, mark, table } from "./dom.js";
import { human, moment, ticking, took } from "./time.js";
import { actions, comparisons, guards, receipts, states, typed, verdicts } from "./words.js";

export const plural = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;

export const explain_link = (id) => el("a", { href: `#/explain/${id}` }, id);

/** What a list of verdicts may be asked for, beside the verdicts; named as in the API. */
export const list_fields = ["name", "project", "host", "state", "sort", "after"];

/** The query for a list of verdicts; `verdict`: one or several. */
export function list_parameters(asked) {
  const query = new URLSearchParams();
  for (const name of [asked.verdict ?? []].flat()) query.append("verdict", name);
  for (const field of list_fields) {
    if (asked[field]) query.append(field, asked[field]);
  }
  return query;
}

/** The link to a list of verdicts. */
export function list_link(asked) {
  const text = list_parameters(asked).toString();
  return `#/verdicts${text ? `?${text}` : ""}`;
}

function leadership(status) {
  if (status.leads === true) return "this replica";
  return status.leader ?? (status.leads === false ? "another replica" : "not known yet");
}

function last_sweep(status) {
  const sweep = status.last_sweep;
  if (!sweep) return "none yet";
  return [moment(sweep.started_at), ", ", ticking("ago", sweep.started_at), `, ${sweep.outcome}, took ${took(sweep.duration_ms)}`];
}

function next_sweep(status) {
  if (status.sweep_running_since) return ["running for ", ticking("lasting", status.sweep_running_since)];
  return status.next_sweep_at ? ticking("left", status.next_sweep_at) : "not known";
}

function pause(status) {
  if (!status.pause) return null;
  const until = status.pause.until;
  return [until ? ["until ", moment(until), ", ends ", ticking("left", until)] : "until it is resumed",
    `, by ${status.pause.by}: ${status.pause.reason}`];
}

export function state(status) {
  const words = states[status.state] ?? states.unknown;
  return [
    el("p", { class: `verdict-line ${words.mark}` }, mark(words.mark), el("strong", {}, words.word), " ", words.means),
    status.config_error && el("p", { class: "banner warn" },
      `The configuration was refused at the last reload, and the old one stays in force: ${status.config_error}`),
    queues(status.queues),
    facts([
      ["Since", status.state_since && moment(status.state_since)],
      ["Leader", leadership(status)],
      ["Paused", pause(status)],
      ["Last sweep", last_sweep(status)],
      ["Next sweep", next_sweep(status)],
      ["Canary", status.canary],
      ["Guards", status.state === "failing" ? "not judged, because the last sweep failed" : status.holds.length === 0 && status.last_sweep ? "none holds" : null],
      ["Registry", status.registry_session === "unknown" ? "not known" : status.registry_session],
      ["Registry's state", status.registry_remarks.length > 0 ? status.registry_remarks.join(" ") : null],
      ["Journal", status.journal_ready === null ? "not known yet" : status.journal_ready ? status.journal_missing_columns ?? "ready" : status.journal_lacking ?? "not there"],
      ["Shadow", status.mode === "shadow" ? status.shadow?.in_words ?? "nothing is recorded: the journal is not ready for it" : null],
      ["Failover", status.failover_enabled ? `on, after ${human(status.grace_ms)} and ${plural(status.confirmations, "view")}${status.confirmations > 1 && status.grace_ms > 0 ? " 10 s apart" : ""}` : "off"],
    ]),
    identity(status.cluster),
  ];
}

/** Which cluster this is. */
function identity(cluster) {
  if (!cluster) return null;
  const { registry, database, dolphinscheduler } = cluster;
  const at = (host, port) => (host ? ` at ${host}${port ? `:${port}` : ""}` : "");
  return [
    el("h3", {}, "Its cluster"),
    facts([
      ["Name", cluster.name && el("bdi", {}, cluster.name)],
      ["Namespace", cluster.namespace !== cluster.name ? cluster.namespace : null],
      ["Registry", registry && `${registry.kind}${registry.endpoints.length > 0 ? ` at ${registry.endpoints.join(", ")}` : ", in the database"}`],
      ["Database", database && `${database.kind} ${database.name}${at(database.host, database.port)}`],
      ["Release", dolphinscheduler && `DolphinScheduler ${dolphinscheduler.version ?? "of unknown version"}`],
      ["Locks", cluster.lock_layout],
      ["Configuration", cluster.config_file],
    ], "wide"),
  ];
}

/** A serial queue in which nothing is launched any more. */
export const stuck_queue = (queue) => [queue.reason, ". To free it: ", typed(queue.statement)];

/** Entries of DolphinScheduler's queues that no master takes. */
function queues(seen) {
  if (!seen) return null;
  const more = seen.stuck_total - seen.stuck.length;
  return [
    seen.unread,
    ...seen.stuck.map(stuck_queue),
    more > 0 && `${more} more serial queue(s) are stuck.`,
    seen.unfetched_ours.notice,
    seen.unfetched_others.notice,
  ].filter(Boolean).map((text) => el("p", { class: "banner warn" }, text));
}

/** As of when something old is; `at`: null if it is not old. */
export const as_of = (at) => at && el("p", { class: "as-of" }, mark("none"), "As of ", moment(at), ".");

/** One banner a guard that holds. */
export function holds(status) {
  return el("ul", { class: "holds" }, status.holds.map((hold, i) => {
    const words = guards[hold.guard] ?? { title: hold.guard, means: "", ends: "" };
    const calm = hold.guard === "not_leader";
    return el("li", { "data-key": `${hold.guard} ${hold.guard === "lock_stuck" ? i : ""}`, class: `banner ${calm ? "none" : "warn"}` },
      el("h3", {}, mark(calm ? "none" : "warn"), words.title, " ", el("code", {}, hold.guard)),
      el("p", {}, hold.reason),
      words.means && el("p", { class: "said" }, words.means),
      el("p", {}, el("b", {}, "What ends the hold: "), words.ends, words.type && [" ", typed(words.type)],
        ending[hold.guard] && [" ", button(ending[hold.guard])]));
  }));
}

/** The verdicts with rows, the most urgent first, each with a link to its rows. */
export function counts(all, chosen = []) {
  if (!all) return el("p", {}, "No sweep has judged them yet.");
  const names = Object.keys(all).sort((a, b) => (verdicts[a]?.rank ?? 9) - (verdicts[b]?.rank ?? 9));
  const there = names.filter((name) => all[name] > 0);
  const total = names.reduce((sum, name) => sum + all[name], 0);
  if (total === 0) return el("p", { class: "calm" }, mark("good"), "There are none.");
  return [
    el("p", {}, el("a", { href: list_link({}) }, `All ${total}`), ", by verdict:"),
    table("Unfinished workflows by verdict", ["Verdict", "Rows", "What it means"], there.map((name) => ({
      key: name,
      cells: [
        [mark(verdicts[name]?.mark), el("a", { href: list_link({ verdict: name }), "aria-current": chosen.includes(name) ? "true" : null }, name)],
        el("span", { class: "count" }, all[name]),
        verdicts[name]?.means ?? "",
      ],
    }))),
  ];
}

function happened(entry) {
  const words = receipts[entry.receipt] ?? { mark: "none", means: entry.receipt };
  return [mark(words.mark), words.means, entry.taken_by && ` by ${entry.taken_by}`,
    entry.receipt_at && [", ", moment(entry.receipt_at)], entry.message && `: ${entry.message}`];
}

function compared(entry) {
  const words = comparisons[entry.compared] ?? { mark: "none", means: entry.compared };
  return [mark(words.mark), words.means, entry.dealt_by && ` by ${entry.dealt_by}`,
    entry.compared_at && [", ", moment(entry.compared_at)], entry.message && `: ${entry.message}`];
}

export function note_told(note) {
  return [`${note.by} ${actions[note.action] ?? note.action}`,
    note.workflow_instance_id !== null && [" ", explain_link(note.workflow_instance_id)],
    note.until && [" until ", moment(note.until)], `: ${note.reason}`];
}

/** Actions and operators' commands, the newest first. */
export function journal(history, most = 200) {
  const rows = [
    ...history.entries.map((entry) => ({
      at: entry.at,
      key: `entry ${entry.number}`,
      cells: [moment(entry.at),
        [entry.kind === "repair" ? "repaired " : "handed over ", explain_link(entry.workflow_instance_id),
          entry.from_host && ` from ${entry.from_host}`, ` (${entry.verdict}): ${entry.reason}`],
        happened(entry)],
    })),
    ...history.shadow.map((entry) => ({
      at: entry.at,
      key: `shadow ${entry.number}`,
      cells: [moment(entry.at),
        [entry.kind === "repair" ? "would have repaired " : "would have handed over ", explain_link(entry.workflow_instance_id),
          entry.from_host && ` from ${entry.from_host}`, ` (${entry.verdict}): ${entry.reason}`],
        compared(entry)],
    })),
    ...history.notes.map((note) => ({
      at: note.at,
      key: `note ${note.number}`,
      cells: [moment(note.at), note_told(note), null],
    })),
  ].sort((a, b) => (a.at < b.at ? 1 : -1)).slice(0, most);
  if (rows.length === 0) return el("p", {}, "There are no entries and no notes.");
  return table("The journal, the newest first", ["When", "What", "Result"], rows);
}
