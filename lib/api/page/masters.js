// SPDX-License-Identifier: Apache-2.0
// The masters: those that are missing first, those that live collapsed when they are many.
import { el, mark, svg, table } from "./dom.js";
import { list_link, plural } from "./overview.js";
import { growing, moment, over, ticking } from "./time.js";
import { held_words, in_dolphinscheduler } from "./words.js";

const shown = 10; // absent ones, and live ones; further ones are collapsed
const long = 60; // characters; a longer address may break

const registration = {
  live: { mark: "good", word: "live" },
  absent: { mark: "warn", word: "absent" },
  zombie: { mark: "warn", word: "zombie" },
};

function grace(master, held) {
  if (master.state === "live") return null;
  if (!master.owns_rows) return "it owns no unfinished workflow";
  if (master.waiting + master.orphan === 0) return "none of its workflows waits";
  const until = master.grace_over_at;
  if (!until) return "starts again with each task that is submitted or ends";
  if (over(until)) return ["over since ", moment(until), held && `; ${held}`];
  return [
    held ? "over " : "its workflows may be handed over ", ticking("left", until), ", at ", moment(until), held && `; ${held}`,
    svg("svg", { class: "bar", viewBox: "0 0 100 4", preserveAspectRatio: "none", "aria-hidden": "true", focusable: "false" },
      svg("rect", { class: "track", width: 100, height: 4 }),
      svg("rect", { class: "fill", height: 4, ...growing(master.absent_since, until) })),
  ];
}

/** `apart`: whether views count only some time after each other. */
function since(master, apart) {
  if (master.state !== "live") {
    return [master.witnessed === false && "at least since ", moment(master.absent_since), ", absent for ", ticking("lasting", master.absent_since),
      `, in ${plural(master.views, "view")}${apart && master.views > 1 ? " 10 s apart" : ""}`,
      master.state === "zombie" && "; tasks of its workflows were submitted or ended since"];
  }
  return master.startup_time ? ["started ", moment(master.startup_time)] : "its startup is unknown: its heartbeat cannot be parsed";
}

/** A number of its workflows; nothing where there are none, so that what is there stands out. */
const many = (n) => (n > 0 ? el("span", { class: "count" }, n) : null);

function rows_of(list, held, counted, apart) {
  return list.map((master) => ({
    key: master.address,
    cells: [
      el("a", { href: list_link({ host: master.address }), class: master.address.length <= long ? "address" : null }, master.address),
      [mark(registration[master.state].mark), registration[master.state].word],
      since(master, apart),
      ...(counted ? [many(master.owned), many(master.waiting), many(master.orphan), many(master.other)] : []),
      grace(master, held),
    ],
  }));
}

export function masters(list, holds, grace_ms) {
  if (list.length === 0) return el("p", {}, "No master is registered, and none is missing.");
  const counted = list.every((master) => Number.isInteger(master.owned));
  const columns = ["Master", "State", "Since", ...(counted ? ["Owned", "Waiting", "Lost", "Other"] : []), "Grace"];
  const of = (state) => list.filter((master) => master.state === state);
  const missing = [...of("zombie"), ...of("absent")];
  const live = of("live");
  const held = held_words(holds);
  const apart = grace_ms > 0;
  const few = live.length <= shown;
  const first = [...missing.slice(0, shown), ...(few ? live : [])];
  const more = missing.slice(shown);
  const collapsed = (key, words, list, names, cells = (row) => row) =>
    el("details", { "data-key": key }, el("summary", {}, words), table(words, names, rows_of(list, held, counted, apart).map(cells)));
  return [
    el("p", {}, [["live", live.length], ["absent", of("absent").length], ["zombie", of("zombie").length]]
      .filter(([word, n]) => n > 0 || word === "live").map(([word, n]) => `${n} ${word}`).join(", "),
    in_dolphinscheduler("/monitor/master", "masters in DolphinScheduler", " · ")),
    first.length > 0 && table("Masters", columns, rows_of(first, held, counted, apart)),
    more.length > 0 && collapsed("absent", `${plural(more.length, "more absent master")}`, more, columns),
    !few && collapsed("live", plural(live.length, "live master"), live, columns.slice(0, -1), without_grace),
  ];
}

const without_grace = ({ key, cells }) => ({ key, cells: cells.slice(0, -1) });
