// SPDX-License-Identifier: Apache-2.0
// The page at `/`: layout, navigation, and announcements for screen readers. It changes nothing but by actions.js.
import { start_actions, steering } from "./actions.js";
import { Daemon, Refused } from "./daemon.js";
import { chart } from "./chart.js";
import { el, mark, show } from "./dom.js";
import { explanation } from "./explain.js";
import { masters } from "./masters.js";
import { as_of, counts, holds, journal, state } from "./overview.js";
import { needs_you, other_clusters, summary } from "./summary.js";
import { moment, tick } from "./time.js";
import { timeline } from "./timeline.js";
import { fill_filter, filter_link, list, list_path, list_query, list_title } from "./verdicts.js";
import { guards, know_site } from "./words.js";

const $ = (id) => document.getElementById(id);
const daemon = new Daemon(() => render(), () => refresh());

/** The view that is shown: {view, title, path, body}, and the answer to its query. */
let place = null;
let answer = null;
let trouble = "";
let guards_told = null;

// Rendering -----------------------------------------------------------------------------------------------------------

function connection() {
  const { status, lost, needs_token, answered_at, health } = daemon;
  if (needs_token) return el("p", { class: "waits" }, mark("warn"), "The daemon answers, but requires a token.");
  if (lost && !status) return el("p", { class: "banner bad" }, mark("bad"), `The daemon does not answer: ${lost}. Retrying.`);
  if (lost) {
    return el("p", { class: "banner bad" }, mark("bad"), el("strong", {}, "The daemon does not answer"), `: ${lost}. The page shows its last answer, of `,
      moment(answered_at), ". Retrying.");
  }
  if (!status) return el("p", { class: "waits" }, "Connecting to the daemon.");
  return [
    health?.status === "failing" && el("p", { class: "banner bad" }, mark("bad"), `The daemon answers, but its health check fails: ${health.reason ?? ""}`),
    status.version !== daemon.first_version &&
      el("p", { class: "banner warn" }, mark("warn"), `The daemon is now version ${status.version}; reload this page.`),
    status.state === "failing" && el("p", { class: "banner bad" }, mark("bad"), el("strong", {}, "The last sweep failed"),
      `: ${status.last_sweep?.failure ?? "no reason given"}. `, status.seen_at && ["The cluster is shown as of ", moment(status.seen_at), "."]),
    el("p", { class: "waits" }, mark("good"), daemon.followed ? "The daemon answers; live updates." : "The daemon answers; polled every few seconds."),
  ];
}

/** Announces changes of guards to screen readers. */
function tell_holds(list) {
  const names = new Set(list.map((hold) => hold.guard));
  const title = (name) => guards[name]?.title ?? name;
  if (guards_told !== null) {
    const came = [...names].filter((name) => !guards_told.has(name)).map((name) => `New hold: ${title(name)}.`);
    const went = [...guards_told].filter((name) => !names.has(name)).map((name) => `No longer held: ${title(name)}.`);
    if (came.length + went.length > 0) $("news").textContent = [...came, ...went].join(" ");
  }
  guards_told = names;
}

function render() {
  const { status, needs_token, lost } = daemon;
  show($("connection"), connection());
  document.body.classList.toggle("stale", Boolean(lost));
  const asks = $("token-form").hidden && needs_token;
  const typed = $("token-form").contains(document.activeElement);
  $("token-form").hidden = !needs_token;
  if (typed && !needs_token) $("main").focus();
  if (asks) $("token").focus();
  if (needs_token) $("token-trouble").textContent = daemon.token_refused ? "The daemon does not accept this token." : "";
  const ready = status !== null && !needs_token;
  for (const id of ["overview", "list", "journal", "explain"]) $(id).hidden = !ready || place.view !== id;
  $("summary").hidden = !ready || place.view !== "overview";
  $("holds").hidden = !ready || status.holds.length === 0;
  entitle();
  if (!ready) return;
  know_site(status);

  const answered = lost ? daemon.answered_at : null;
  const seen = lost || status.state === "failing" ? status.seen_at : null;
  if (!seen) tell_holds(status.holds);
  dim("holds-body", answered);
  show($("holds-body"), as_of(answered), holds(status));
  show($("about"), `Version ${status.version}, replica ${status.replica}.`);
  if (place.view === "overview") {
    for (const id of ["summary-body", "counts-body", "masters-body"]) dim(id, seen);
    dim("state-body", answered);
    dim("timeline-body", lost);
    show($("summary-body"), as_of(seen), summary(status));
    show($("state-body"), as_of(answered), state(status));
    show($("counts-body"), as_of(seen), counts(status.verdicts));
    show($("masters-body"), as_of(seen), masters(status.masters, status.holds, status.grace_ms));
    show($("sweeps-body"), chart(daemon.sweeps));
    show($("timeline-body"), timeline_body());
    $("clusters").hidden = daemon.clusters.length === 0;
    dim("clusters-body", lost);
    show($("clusters-body"), other_clusters(daemon.clusters));
    show($("steer-body"), steering(status));
  } else {
    dim(`${place.view}-body`, trouble || lost);
    show($(`${place.view}-body`), query_body());
  }
}

/** The cluster's name in the header and the title, with the number of workflows that need a person. */
function entitle() {
  const { status } = daemon;
  const name = status?.cluster?.name ?? "";
  $("cluster-name").textContent = name;
  const needs = status && !daemon.lost ? needs_you(status.verdicts) : 0;
  document.title = [needs > 0 && `(${needs})`, place.view !== "overview" && `${place.title} ·`, name && `${name} ·`, "ds-reconciler"].filter(Boolean).join(" ");
}

/** What is old has no colours: it may be otherwise now. */
function dim(id, old) {
  $(id).classList.toggle("old", Boolean(old));
}

function timeline_body() {
  const { timeline: answer, timeline_trouble } = daemon;
  return [
    timeline_trouble && !daemon.lost && el("p", { class: "banner warn" }, mark("warn"), `It could not be read: ${timeline_trouble}`),
    answer ? timeline(answer) : !timeline_trouble && el("p", {}, "Loading."),
  ];
}

function query_body() {
  return [
    trouble && el("p", { class: "banner warn" }, mark("warn"), trouble),
    (trouble || daemon.lost) && answer && as_of(answer.taken_at),
    answer ? place.body(answer) : !trouble && el("p", {}, "Looking."),
  ];
}

// Navigation ----------------------------------------------------------------------------------------------------------

function place_of(hash) {
  const [path, query] = hash.replace(/^#/, "").split("?");
  const id = /^\/explain\/([0-9]+)$/.exec(path)?.[1];
  if (id) {
    return {
      view: "explain",
      title: `Workflow instance ${id}`,
      path: `/api/v1/explain/${id}`,
      body: explanation,
    };
  }
  if (path === "/verdicts") {
    const asked = list_query(query ?? "");
    return { view: "list", asked, title: list_title(asked), path: list_path(asked), body: (got) => list(got, asked) };
  }
  if (path === "/journal") {
    return { view: "journal", title: "Journal", path: "/api/v1/history?limit=200", body: (got) => journal(got) };
  }
  return { view: "overview", title: "Overview" };
}

function go(first) {
  place = place_of(location.hash);
  answer = null;
  trouble = "";
  $("done").hidden = true;
  for (const view of ["overview", "list", "journal"]) {
    const id = `to-${view}`;
    if (place.view === view) $(id).setAttribute("aria-current", "page");
    else $(id).removeAttribute("aria-current");
  }
  if (place.view === "list") fill_filter($("filter"), place.asked);
  if (place.view !== "overview") {
    $(`${place.view}-title`).textContent = place.title;
    show($(`${place.view}-body`));
  }
  render();
  refresh();
  if (first) return;
  const there = place.view === "overview" ? $("main") : $(`${place.view}-title`);
  there.focus({ preventScroll: true });
  if (place.view === "overview") scrollTo(0, 0);
  else there.scrollIntoView();
}

/** Repeats the query of the present view, if it needs the database. */
async function refresh() {
  const wanted = place;
  if (!wanted?.path || daemon.needs_token) return;
  try {
    const got = await daemon.ask(wanted.path);
    if (place !== wanted) return;
    answer = got;
    trouble = "";
    if (wanted.view === "explain" && got.row) $("explain-title").textContent = `${wanted.title}: ${got.row.name}`;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (place !== wanted) return;
    if (error.status === 404) answer = null;
    trouble = error.status === 404 ? `There is no workflow instance of this id: ${error.message}.` : `It could not be asked: ${error.message}.`;
  }
  render();
}

// User actions --------------------------------------------------------------------------------------------------------

$("search").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = $("instance").value.trim();
  const fits = /^[0-9]{1,10}$/.test(text) && Number(text) >= 1 && Number(text) <= 2147483647;
  $("search-trouble").textContent = fits ? "" : "An instance id is a whole number from 1 to 2147483647.";
  if (!fits) return $("instance").setAttribute("aria-invalid", "true");
  $("instance").removeAttribute("aria-invalid");
  const hash = `#/explain/${Number(text)}`;
  if (location.hash === hash) refresh();
  else location.hash = hash;
});

$("filter").addEventListener("submit", (event) => {
  event.preventDefault();
  const hash = filter_link($("filter"), place.asked);
  if (location.hash === hash) refresh();
  else location.hash = hash;
});

$("token-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const token = $("token").value.trim();
  if (token === "") {
    $("token-trouble").textContent = "Enter the token first.";
    return;
  }
  $("token").value = "";
  daemon.use_token(token);
});

$("skip").addEventListener("click", (event) => {
  event.preventDefault(); // keep the present view
  $("main").focus();
  $("main").scrollIntoView();
});

addEventListener("hashchange", () => go(false));
start_actions(daemon, (text) => {
  $("done").hidden = false;
  $("done").textContent = text;
});
go(true);
daemon.start();
setInterval(tick, 1000);
