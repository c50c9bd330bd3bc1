// SPDX-License-Identifier: Apache-2.0
// What the page says of each guard, verdict, gate and receipt: the texts of openapi.json, and a mark for each. A test
// compares the names with the daemon's, so that none is without a text and a mark.
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

/** A command line for the daemon's machine. */
const command = (words) => `ds-reconcilerd ${words}`;

/** Commands that the page suggests. */
export const commands = [
  ["pause failover for a while", command('pause --config FILE --reason "WHY" --for 2h')],
  ["end the pause", command('resume --config FILE --reason "WHY"')],
  ["release a quarantined or ambiguous workflow", command('release ID --config FILE --reason "WHY"')],
  ["release the guard mass_loss: the masters are really lost", command('release mass-loss --config FILE --reason "WHY"')],
  ["release the guard unproven_cluster: registry and database belong together", command('release cluster --config FILE --reason "WHY"')],
  ["release the guard database_went_back after lost commits", command('release database --config FILE --reason "WHY"')],
  ["release the guard clock: ignore new rows that contradict the time zone", command('release clock --config FILE --reason "WHY"')],
  ["sweep now", command("sweep --config FILE --remote")],
  ["show what a failover would re-run", command("impact --config FILE")],
];

export const release = (id) => command(`release ${id} --config FILE --reason "WHY"`);
export const explain = (id) => command(`explain ${id} --config FILE`);
