// SPDX-License-Identifier: Apache-2.0
// The last sweeps: bars of what was found and handed over, bars of how long each took, and the same as a table.
import { el, svg, table } from "./dom.js";
import { moment, short, took } from "./time.js";

const shown = 60;
const slot = 10; // width of one sweep
const height = { rows: 60, time: 30, marks: 8 };

const rows = (n) => `${n} row${n === 1 ? "" : "s"}`;
const most = (sweeps, value) => Math.max(0, ...sweeps.map(value));

function bar(sweep, i, tops) {
  const x = (shown - 1 - i) * slot;
  const scaled = (value, top, room) => (value === 0 ? 0 : Math.max(2, (value / Math.max(1, top)) * room));
  const found = scaled(sweep.found, tops.rows, height.rows - 4);
  const recovered = scaled(sweep.recovered, tops.rows, height.rows - 4);
  const time = scaled(sweep.duration_ms, tops.time, height.time - 2);
  const floor = height.rows + height.marks + height.time;
  const middle = height.rows + height.marks / 2;
  return svg("g", { "data-key": sweep.sweep },
    svg("title", {}, `${short(sweep.started_at)}: ${sentence(sweep)}`),
    svg("rect", { class: "reach", x, y: 0, width: slot, height: floor }),
    found > 0 && svg("rect", { class: "found", x: x + 1, y: height.rows - found, width: slot - 2, height: found }),
    recovered > 0 &&
      svg("rect", { class: "recovered", x: x + 1, y: height.rows - recovered, width: slot - 2, height: recovered }),
    sweep.outcome === "held" && svg("rect", { class: "held", x: x + 2, y: middle - 1, width: slot - 4, height: 2 }),
    sweep.outcome === "failed" &&
      svg("path", { class: "failed", d: `M${x + 2} ${middle - 3}l6 6m0-6l-6 6` }),
    svg("rect", { class: "time", x: x + 2, y: floor - time, width: slot - 4, height: time }));
}

function sentence(sweep) {
  const parts = [`${sweep.found} found`, `${sweep.recovered} handed over`, `took ${took(sweep.duration_ms)}`];
  if (sweep.outcome === "held") parts.push(`held by ${[...new Set(sweep.holds.map((hold) => hold.guard))].join(", ")}`);
  if (sweep.outcome === "failed") parts.push(`failed: ${sweep.failure ?? "no reason given"}`);
  if (sweep.interrupted) parts.push("interrupted");
  return parts.join(", ");
}

function summary(sweeps, tops) {
  const of = (outcome) => sweeps.filter((sweep) => sweep.outcome === outcome).length;
  const sum = (value) => sweeps.reduce((total, sweep) => total + value(sweep), 0);
  return `The last ${sweeps.length} sweeps: ${rows(sum((sweep) => sweep.recovered))} handed over; ${of("held")} held, ` +
    `${of("failed")} failed; most found in one: ${tops.rows}; longest: ${took(tops.time)}.`;
}

export function chart(all) {
  const sweeps = all.slice(0, shown);
  if (sweeps.length === 0) return el("p", {}, "No sweep has ended yet.");
  const tops = { rows: most(sweeps, (sweep) => sweep.found), time: most(sweeps, (sweep) => sweep.duration_ms) };
  const tall = height.rows + height.marks + height.time;
  const oldest = sweeps.at(-1);
  const key = (kind, text) => el("span", { class: `key ${kind}` }, text);
  return [
    el("p", {}, summary(sweeps, tops)),
    el("div", { class: "chart" },
      svg("svg", {
        role: "img", viewBox: `0 0 ${shown * slot} ${tall}`, preserveAspectRatio: "none", "aria-label": summary(sweeps, tops),
      },
      svg("line", { class: "base", x1: 0, x2: shown * slot, y1: height.rows, y2: height.rows }),
      svg("line", { class: "base", x1: 0, x2: shown * slot, y1: tall, y2: tall }),
      sweeps.map((sweep, i) => bar(sweep, i, tops)))),
    el("p", { class: "axis", "aria-hidden": "true" },
      el("span", {}, short(oldest.started_at)), el("span", {}, short(sweeps[0].started_at))),
    el("p", { class: "keys", "aria-hidden": "true" },
      key("found", "found"), key("recovered", "handed over"), key("held", "held"), key("failed", "× failed"),
      key("time", `time, up to ${took(tops.time)}`)),
    el("details", {},
      el("summary", {}, "The same as a table"),
      table("The last sweeps, the newest first", ["Sweep", "Outcome", "Found", "Handed over", "Took"],
        sweeps.map((sweep) => ({
          key: sweep.sweep,
          cells: [moment(sweep.started_at), outcome(sweep), sweep.found, sweep.recovered, took(sweep.duration_ms)],
        })))),
  ];
}

export function outcome(sweep) {
  if (sweep.outcome === "failed") return `failed: ${sweep.failure ?? ""}`;
  const held = sweep.outcome === "held" ? `held by ${[...new Set(sweep.holds.map((hold) => hold.guard))].join(", ")}` : "done";
  return sweep.interrupted ? `${held}, interrupted` : held;
}
