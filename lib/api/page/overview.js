// SPDX-License-Identifier: Apache-2.0
// The elements of the overview: the daemon's state, holds, counts, masters, and the journal.
import { el, facts, mark, svg, table } from "./dom.js";
import { growing, human, moment, over, ticking, took } from "./time.js";
import { actions, commands, comparisons, guards, held_words, receipts, states, verdicts } from "./words.js";

const plural = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;

export const explain_link = (id) => el("a", { href: `#/explain/${id}` }, id);

/** The link to a list of verdicts. */
export function list_link({ verdict, host, after }) {
  const query = new URLSearchParams();
  if (verdict) query.append("verdict", verdict);
  if (host) query.append("host", host);
  if (after) query.append("after", after);
  const text = query.toString();
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
  const sweep = status.last_sweep;
  return [
    el("p", { class: `verdict-line ${words.mark}` }, mark(words.mark), el("strong", {}, words.word), " ", words.means),
    sweep?.outcome === "failed" && el("p", { class: "banner bad" }, `The last sweep failed: ${sweep.failure ?? "no reason given"}`),
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
      [status.mode === "shadow" ? "Next recording" : "Next handover", held_words(status.holds) ??
        (status.next_action_at && [ticking("left", status.next_action_at), ", at ", moment(status.next_action_at)])],
      ["Registry", status.registry_session === "unknown" ? "not known" : status.registry_session],
      ["Registry's state", status.registry_remarks.length > 0 ? status.registry_remarks.join(" ") : null],
      ["Journal", status.journal_ready === null ? "not known yet" : status.journal_ready ? status.journal_missing_columns ?? "ready" : status.journal_lacking ?? "not there"],
      ["Shadow", status.mode === "shadow" ? status.shadow?.in_words ?? "nothing is recorded: the journal is not ready for it" : null],
      ["Failover", status.failover_enabled ? `on, after ${human(status.grace_ms)} and ${plural(status.confirmations, "view")}` : "off"],
    ]),
  ];
}

/** A serial queue in which nothing is launched any more. */
export const stuck_queue = (queue) => [queue.reason, ". To free it: ", el("code", { class: "type" }, queue.statement)];

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

export function holds(status) {
  const list = status.holds;
  if (status.state === "failing") return el("p", {}, mark("none"), "Not judged, because the last sweep failed.");
  if (list.length === 0) return el("p", { class: "calm" }, mark("good"), "No guard holds.");
  return el("ul", { class: "holds" }, list.map((hold, i) => {
    const words = guards[hold.guard] ?? { title: hold.guard, means: "", ends: "" };
    return el("li", { "data-key": `${hold.guard} ${hold.guard === "lock_stuck" ? i : ""}` },
      el("h3", {}, mark("warn"), words.title, " ", el("code", {}, hold.guard)),
      words.means && el("p", {}, words.means),
      el("p", {}, el("b", {}, "What ends the hold: "), words.ends, words.type && [" ", el("code", { class: "type" }, words.type)]),
      el("p", { class: "said" }, el("b", {}, "Reason: "), hold.reason));
  }));
}

/** The verdicts with rows, the most urgent first, each with a link to its rows. */
export function counts(all, chosen = null) {
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
        [mark(verdicts[name]?.mark), el("a", { href: list_link({ verdict: name }), "aria-current": name === chosen ? "true" : null }, name)],
        el("span", { class: "count" }, all[name]),
        verdicts[name]?.means ?? "",
      ],
    }))),
  ];
}

const registration = {
  live: { mark: "good", word: "live" },
  absent: { mark: "none", word: "absent" },
  zombie: { mark: "warn", word: "zombie" },
};

function grace(master, held) {
  if (master.state === "live") return null;
  if (!master.owns_rows) return "it owns no unfinished workflow";
  const until = master.grace_over_at;
  if (!until) return "not known; more views are required";
  if (over(until)) return ["over since ", moment(until), held && `; ${held}`];
  return [
    held ? "over " : "its workflows may be handed over ", ticking("left", until), ", at ", moment(until), held && `; ${held}`,
    svg("svg", { class: "bar", viewBox: "0 0 100 4", preserveAspectRatio: "none", "aria-hidden": "true", focusable: "false" },
      svg("rect", { class: "track", width: 100, height: 4 }),
      svg("rect", { class: "fill", height: 4, ...growing(master.absent_since, until) })),
  ];
}

function since(master) {
  if (master.state !== "live") {
    return ["absent for ", ticking("lasting", master.absent_since), `, in ${plural(master.views, "view")}`,
      master.state === "zombie" && "; tasks of its workflows were submitted or ended since"];
  }
  return master.startup_time ? ["started ", moment(master.startup_time)] : "its startup is unknown: its heartbeat cannot be parsed";
}

export function masters(list, holds) {
  if (list.length === 0) return el("p", {}, "No master is registered, and none is missing.");
  const of = (state) => list.filter((master) => master.state === state).length;
  const rank = { zombie: 0, absent: 1, live: 2 };
  const sorted = [...list].sort((a, b) => rank[a.state] - rank[b.state]);
  return [
    el("p", {}, [["live", of("live")], ["absent", of("absent")], ["zombie", of("zombie")]]
      .filter(([word, n]) => n > 0 || word === "live").map(([word, n]) => `${n} ${word}`).join(", ")),
    table("Masters", ["Master", "State", "Since", "Grace"], sorted.map((master) => ({
      key: master.address,
      cells: [
        el("a", { href: list_link({ host: master.address }) }, master.address),
        [mark(registration[master.state].mark), registration[master.state].word],
        since(master),
        grace(master, held_words(holds)),
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

function told(note) {
  return [`${note.by} ${actions[note.action] ?? note.action}`,
    note.workflow_instance_id !== null && [" ", explain_link(note.workflow_instance_id)],
    note.until && [" until ", moment(note.until)], `: ${note.reason}`];
}

/** Actions and operators' commands, the newest first. */
export function journal(history, most = 30) {
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
      cells: [moment(note.at), told(note), null],
    })),
  ].sort((a, b) => (a.at < b.at ? 1 : -1)).slice(0, most);
  if (rows.length === 0) return el("p", {}, "There are no entries and no notes.");
  return table("The journal, the newest first", ["When", "What", "Result"], rows);
}

export const steering = () => commands.map(([what, type]) =>
  el("div", {}, el("dt", {}, what), el("dd", {}, el("code", { class: "type" }, type))));
