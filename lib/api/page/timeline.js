// SPDX-License-Identifier: Apache-2.0
// What happened in the last 24 hours, the newest first: losses and returns, holds, recoveries by loss, commands.
import { el, mark, table } from "./dom.js";
import { explain_link, list_link, note_told, plural } from "./overview.js";
import { human, moment } from "./time.js";
import { guards } from "./words.js";

const shown = 12; // further ones are collapsed

const named = ({ count, addresses }) => {
  const first = addresses.slice(0, 3).map((address, i) => [i > 0 && ", ", el("a", { href: list_link({ host: address }) }, address)]);
  return [first, count > 3 && ` and ${count - 3} more`];
};

function masters_event(event, words) {
  const { count, addresses } = event.masters;
  return [`${plural(count, "master")} ${words}: `, named(event.masters), addresses.length > 3 &&
    el("details", {}, el("summary", {}, "All of them"), el("p", {}, addresses.join(", "), count > addresses.length && ` and ${count - addresses.length} more`))];
}

const lasted = (from, until) => human(Date.parse(until) - Date.parse(from));

function outcome({ workflows, taken_up, awaited, overdue, failed, ended_at }, at) {
  return [
    taken_up > 0 && `${taken_up === workflows ? "all" : taken_up} taken up${ended_at ? ` in ${lasted(at, ended_at)}` : ""}`,
    awaited > 0 && `${awaited} not taken up yet`,
    overdue > 0 && `${overdue} overdue`,
    failed > 0 && `${failed} failed`,
  ].filter(Boolean).join(", ");
}

function recovery(event, would) {
  const of = event.recovery;
  const masters = of.hosts.length;
  const told = would ? "" : outcome(of, event.at);
  return [
    `${plural(of.workflows, "workflow")} of ${plural(of.masters, "master")} ${would ? "would have been handed over" : "handed over"}`,
    told && [": ", told],
    el("details", {}, el("summary", {}, "By master"),
      table("Workflows handed over, by master", ["Master", "Workflows", ...(would ? [] : ["Taken up"]), "The first"], of.hosts.map((host) => ({
        key: host.address,
        cells: [host.address === "NULL" ? "none: it was claimed without a command" : host.address, host.workflows, ...(would ? [] : [host.taken_up]),
          explain_link(host.first_instance)],
      }))),
      of.masters > masters && el("p", {}, `${of.masters - masters} more masters are not listed.`),
      el("p", {}, el("a", { href: "#/journal" }, "Each workflow, in the journal"))),
  ];
}

const title = (guard) => guards[guard]?.title ?? guard;

/** The mark and the words of each kind of event. */
const kinds = {
  masters_lost: (event) => ["warn", masters_event(event, event.reason ?? "lost")],
  masters_back: (event) => ["good", masters_event(event, "back")],
  hold_began: (event) => ["warn", [`Hold began: ${title(event.guard)}`, event.reason && el("details", {}, el("summary", {}, "Reason"), el("p", { class: "said" }, event.reason))]],
  hold_ended: (event) => ["none", [`Hold ended${event.since ? ` after ${lasted(event.since, event.at)}` : ""}: ${title(event.guard)}`]],
  recovery: (event) => [event.recovery.overdue + event.recovery.failed > 0 ? "bad" : event.recovery.awaited > 0 ? "none" : "good", recovery(event, false)],
  shadow: (event) => ["none", recovery(event, true)],
  command: (event) => ["none", note_told(event.note)],
};

function row(event) {
  const [kind, words] = (kinds[event.kind] ?? (() => ["none", event.kind]))(event);
  const what = event.guard ?? event.note?.number ?? event.masters?.addresses[0] ?? "";
  return el("li", { "data-key": `${event.kind} ${event.at} ${what}` }, moment(event.at), el("div", {}, mark(kind), words));
}

export function timeline(answer) {
  const events = answer.events;
  if (events.length === 0) return el("p", {}, mark("good"), "Nothing happened: no master was lost, nothing was held or handed over, and nobody gave a command.");
  const later = events.slice(shown);
  return [
    el("ol", { class: "timeline" }, events.slice(0, shown).map(row)),
    later.length > 0 && el("details", { "data-key": "earlier" }, el("summary", {}, `${later.length} earlier`), el("ol", { class: "timeline" }, later.map(row))),
    !answer.complete && el("p", { class: "said" }, "There is more than this list holds: ", el("a", { href: "#/journal" }, "the journal"), " has the newest entries, the command ",
      el("code", {}, "history"), " more."),
  ];
}
