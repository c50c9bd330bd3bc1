// SPDX-License-Identifier: Apache-2.0
// Times and durations in the daemon's format, by the daemon's clock, because this browser's clock may be wrong.
import { el } from "./dom.js";

let ahead = 0; // the daemon's clock minus the browser's, in ms
let silent = false; // the daemon does not answer: the present state is unknown, and what was is shown
let answered_at = 0; // the daemon's time of its last answer

export const set_now = (iso) => {
  answered_at = Date.parse(iso);
  ahead = answered_at - Date.now();
};
export const set_silent = (is) => { silent = is; };
export const now = () => Date.now() + ahead;

/** "450 ms", "21 s", "1 m 52 s", "1 h 08 m", "2 d 03 h". */
export function human(ms) {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const two = (n) => String(n).padStart(2, "0");
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${two(seconds % 60)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} m`;
  const hours = Math.floor(minutes / 60);
  return `${Math.floor(hours / 24)} d ${two(hours % 24)} h`;
}

const whole = (ms) => human(Math.max(1000, Math.round(ms / 1000) * 1000));

/** "1.8 s", "0.04 s". */
export const took = (ms) => (ms < 60_000 ? `${(ms / 1000).toFixed(ms < 995 ? 2 : 1)} s` : human(ms));

/** The time of day, with the date if it is not today's. */
export function short(iso) {
  const today = new Date(now()).toISOString().slice(0, 10);
  const text = iso.slice(11, 19);
  return iso.startsWith(today) ? text : `${iso.slice(0, 10)} ${text}`;
}

export const moment = (iso) =>
  iso === null ? null : el("time", { datetime: iso, title: new Date(iso).toString() }, short(iso));

/** Now, or the time as of which everything is shown. */
const shown_at = () => (silent ? answered_at : now());

export const over = (iso) => Date.parse(iso) <= shown_at();

const forms = {
  left: (at) => (at - shown_at() > 0 ? `in ${whole(at - shown_at())}` : "due now"),
  ago: (at) => (now() - at < 1500 ? "just now" : `${whole(now() - at)} ago`),
  lasting: (at) => whole(shown_at() - at),
};

const worded = (form, iso) => forms[form](Date.parse(iso));

/** A text that is updated every second. form: left ("in 2 m 05 s"), ago ("21 s ago"), lasting ("21 s"). */
export const ticking = (form, iso) => el("span", { class: "ticking", "data-form": form, "data-at": iso }, worded(form, iso));

/** The part of the time between two times that has passed, from 0 to 100. */
const share = (from, until) =>
  Math.min(100, Math.max(0, (100 * (now() - Date.parse(from))) / Math.max(1, Date.parse(until) - Date.parse(from))));

/** The attributes of a bar's rectangle that grows from one time to the other. */
export const growing = (from, until) => ({ "data-from": from, "data-until": until, width: share(from, until).toFixed(1) });

/** Call it every second. */
export function tick() {
  for (const span of document.querySelectorAll("[data-form]")) {
    const text = worded(span.dataset.form, span.dataset.at);
    if (span.textContent !== text) span.firstChild.data = text;
  }
  if (silent) return;
  for (const bar of document.querySelectorAll("rect[data-until]"))
    bar.setAttribute("width", share(bar.dataset.from, bar.dataset.until).toFixed(1));
}
