// SPDX-License-Identifier: Apache-2.0
// The cluster at a glance: one sentence, and the five numbers that decide whether someone must act.
import { el, mark, table } from "./dom.js";
import { list_link, plural } from "./overview.js";
import { moment, ticking } from "./time.js";
import { held_words, verdicts } from "./words.js";

const due = ["orphan", "orphan_earlier_incarnation", "stranded"];
const lost = [...due, "waiting", "zombie"];
const on_the_way = ["pending", "recovering"];
const yours = Object.keys(verdicts).filter((name) => verdicts[name].mark === "bad");

const sum = (counts, names) => names.reduce((total, name) => total + (counts[name] ?? 0), 0);

/** How many need a person. */
export const needs_you = (counts) => (counts ? sum(counts, yours) : 0);

/** How many masters are registered, and how many are not. */
function presence({ masters }) {
  const live = masters.filter((master) => master.state === "live").length;
  return { live, absent: masters.length - live };
}

/** The worst that is known of the cluster. The daemon's own health is not part of it. */
function headline(status) {
  const { live, absent } = presence(status);
  if (!status.verdicts) return ["none", "No sweep has seen the cluster yet."];
  const needs = needs_you(status.verdicts);
  const parts = [];
  if (live === 0) parts.push(absent === 0 ? "No master is registered." : `No master is registered: all ${absent} are absent.`);
  else if (absent > 0) parts.push(`${absent} of ${live + absent} masters ${absent === 1 ? "is" : "are"} absent.`);
  if (needs > 0) parts.push(`${plural(needs, "workflow")} ${needs === 1 ? "needs" : "need"} you.`);
  if (parts.length > 0) return [live === 0 || needs > 0 ? "bad" : "warn", parts.join(" ")];
  return ["good", live === 1 ? "Its one master is registered." : `All ${live} masters are registered.`];
}

const linked = (count, names) =>
  count === 0 ? "0" : el("a", { href: list_link({ verdict: names }) }, count);

function next(status) {
  const held = held_words(status.holds);
  if (held && status.state === "following") return ["by the leader", "this replica only observes"];
  if (held) return ["held", held.replace(/^held: /, "")];
  if (status.state === "failing") return ["not known", "the last sweep failed"];
  if (sum(status.verdicts ?? {}, due) > 0) return ["now", status.sweep_running_since ? "in the running sweep" : "with the next sweep"];
  if (!status.next_action_at) return ["none", "nothing is due"];
  return [ticking("left", status.next_action_at), ["at ", moment(status.next_action_at)]];
}

export function summary(status) {
  const { live, absent } = presence(status);
  const counts = status.verdicts ?? {};
  const [kind, sentence] = headline(status);
  const moving = sum(counts, on_the_way);
  const tile = (name, value, note, alarm = null) =>
    el("div", { "data-key": name, class: alarm }, el("dt", {}, name), el("dd", {}, el("span", { class: "value" }, value), " ", el("span", { class: "said" }, note)));
  const number = (names) => (status.verdicts ? linked(sum(counts, names), names) : "–");
  return [
    el("p", { class: `verdict-line ${kind}` }, mark(kind), el("strong", {}, sentence)),
    el("dl", { class: "tiles" },
      tile("Masters", status.verdicts ? `${live}/${live + absent}` : "–", absent > 0 ? `registered; ${absent} absent` : "registered", absent > 0 ? "warn" : null),
      tile("Lost workflows", number(lost),
        [sum(counts, lost) > 0 ? `${sum(counts, due) || "none"} due now` : "none",
          moving > 0 && ["; ", linked(moving, on_the_way), " handed over, not taken up yet"]],
        sum(counts, lost) > 0 ? "warn" : null),
      tile("Waiting", number(["waiting"]), "until their masters' grace ends"),
      tile("Needs you", number(yours), needs_you(counts) > 0 ? yours.filter((name) => counts[name] > 0).map((name) => `${counts[name]} ${name}`).join(", ") : "nothing",
        needs_you(counts) > 0 ? "bad" : null),
      tile(status.mode === "shadow" ? "Next recording" : "Next hand-over", ...next(status))),
  ];
}

/** The clusters that other daemons of this machine watch, a line for each. */
export function other_clusters(clusters) {
  const cells = ({ name, status, error }) => {
    if (!status?.masters) return [name, [mark("bad"), error ?? "its daemon is of another version"]];
    const [kind, sentence] = headline(status);
    const { name: known, page_url } = status.cluster;
    return [page_url ? el("a", { href: page_url }, known) : known,
      status.state === "failing" ? [mark("bad"), "Its last sweep failed."] : [mark(kind), sentence, status.holds.length > 0 && ` ${held_words(status.holds)}.`]];
  };
  return table("The clusters of other daemons of this machine", ["Cluster", "State"], clusters.map((cluster) => ({ key: cluster.name, cells: cells(cluster) })));
}
