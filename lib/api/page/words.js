// SPDX-License-Identifier: Apache-2.0
// What the page says of each guard, verdict, gate and receipt: the texts of openapi.json, and a mark for each. A test
// compares the names with the daemon's, so that none is without a text and a mark.
import { el } from "./dom.js";
import { texts } from "./texts.js";

/** The texts of an enumeration, as {NAME: more(NAME, its description)}. */
const worded = (enumeration, more) =>
  Object.fromEntries(Object.entries(texts[enumeration].descriptions).map(([name, means]) => [name, more(name, means)]));

/** title: what holds. means: why nothing is handed over. ends: what releases it. type: the command for it, if any. */
export const guards = worded("Guard", (name, means) => {
  const [ends, type] = texts.Guard.remedies[name].split(/ ?`/);
  return { title: texts.Guard.titles[name], means, ends, type };
});

/** "held: mass loss"; null if nothing holds, or only a guard of a single host. */
export function held_words(holds) {
  const names = holds.map((hold) => hold.guard).filter((name) => name !== "lock_stuck");
  return names.length === 0 ? null : `held: ${names.map((name) => name.replaceAll("_", " ")).join(", ")}`;
}

/** The most urgent verdict first, with its mark: bad where a person must act, warn where one should look. */
const verdict_marks = {
  quarantined: "bad",
  unrecoverable: "bad",
  overdue: "bad",
  failed: "bad",
  ambiguous: "bad",
  unknown: "warn",
  zombie: "warn",
  stranded: "none",
  orphan_earlier_incarnation: "none",
  orphan: "none",
  waiting: "none",
  unassigned: "none",
  recovering: "none",
  pending: "none",
  superseded: "none",
  parked: "none",
  owned: "good",
};
const urgency = Object.keys(verdict_marks);
export const verdicts = worded("Verdict", (name, means) => ({ rank: urgency.indexOf(name), mark: verdict_marks[name], means }));

/** The gates as conditions, and what they are. */
export const gates = texts["Gate.gate"].descriptions;
export const about_gates = texts["Gate.gate"].description;

/** The result of a failover. */
const receipt_marks = { awaited: "none", recovered: "good", overdue: "bad", failed: "bad" };
export const receipts = worded("JournalEntry.receipt", (name, means) => ({ mark: receipt_marks[name], means }));

/** How the decision of shadow mode compares with what others did. */
const comparison_marks = {
  open: "none",
  agreed: "good",
  would_have_doubled: "bad",
  would_have_been_saved: "warn",
  withdrawn: "none",
};
export const comparisons = worded("ShadowEntry.compared", (name, means) => ({ mark: comparison_marks[name], means }));

/** Operators' commands. */
export const actions = texts["ControlNote.action"].descriptions;

/** The daemon's state, in a word and a sentence. */
const state_marks = {
  starting: "warn",
  acting: "good",
  shadowing: "none",
  held: "warn",
  following: "none",
  failing: "bad",
  unknown: "warn",
};
export const states = worded("Status.state", (name, means) => ({
  mark: state_marks[name],
  word: texts["Status.state"].titles[name],
  means,
}));

/** Whether the database still has a workflow instance. */
export const standings = texts["Explanation.standing"].titles;

/** What a site is called: its configuration file and the address of DolphinScheduler's own pages, once they are known. */
const site = { config: "FILE", pages: null };

export function know_site(status) {
  site.config = status.cluster?.config_file ?? "FILE";
  site.pages = status.dolphinscheduler_ui_url ?? null;
}

const quoted = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** A command line for the daemon's machine. */
export const command = (words) => `ds-reconcilerd ${words}`;

/** A command with the present configuration file, to be copied. */
export const typed = (text) =>
  el("span", { class: "typed" }, el("code", { class: "type" }, text.replace("--config FILE", () => `--config ${quoted(site.config)}`)),
    el("button", { type: "button", class: "copy", "data-copy": "", "aria-label": "Copy the command" }, "Copy"));

/** A link to a page of DolphinScheduler (3.0 and later), after `before`; null where dolphinscheduler.ui_url is not set. */
export const in_dolphinscheduler = (path, text, before = null) =>
  site.pages && [before, el("a", { href: `${site.pages}${path}`, target: "_blank", rel: "noopener noreferrer" }, text)];

export const release = (id) => command(`release ${id} --config FILE --reason "WHY"`);
export const explain = (id) => command(`explain ${id} --config FILE`);
