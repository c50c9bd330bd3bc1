// SPDX-License-Identifier: Apache-2.0
// The list of unfinished rows, a page at a time, judged when it was asked for.
import { el, mark, table } from "./dom.js";
import { counts, explain_link, list_link } from "./overview.js";
import { moment, ticking } from "./time.js";
import { held_words, verdicts } from "./words.js";

const page_size = 50;

/** The filter: {verdict: [...], host, after} of the view's query. */
export function list_query(text) {
  const query = new URLSearchParams(text);
  return { verdict: query.getAll("verdict"), host: query.get("host"), after: query.get("after") };
}

export function list_path({ verdict, host, after }) {
  const query = new URLSearchParams({ limit: page_size });
  for (const name of verdict) query.append("verdict", name);
  if (host) query.append("host", host);
  if (after) query.append("after", after);
  return `/api/v1/verdicts?${query}`;
}

export function list_title({ verdict, host }) {
  return `${verdict.length > 0 ? `Verdict ${verdict.join(", ")}` : "All unfinished workflows"}${host ? ` of ${host}` : ""}`;
}

export function list(answer, asked) {
  const held = held_words(answer.holds);
  const rows = answer.rows.map((row) => ({
    key: row.workflow_instance_id,
    cells: [
      explain_link(row.workflow_instance_id),
      el("bdi", {}, row.name),
      [mark(verdicts[row.verdict]?.mark), row.verdict],
      el("bdi", {}, row.host ?? "no host"),
      row.state_name ?? row.state ?? "not known",
      [row.acts_at && el("b", {}, held ?? ["acts ", ticking("left", row.acts_at), ", at ", moment(row.acts_at)], ". "), row.reason],
    ],
  }));
  const first = list_link({ ...asked, after: null });
  return [
    el("p", {}, `${answer.matching} of them, judged `, ticking("ago", answer.taken_at), ". ",
      (asked.verdict.length > 0 || asked.host) && el("a", { href: list_link({}) }, "Show all")),
    asked.verdict.length === 1 && verdicts[asked.verdict[0]] && el("p", {}, `Meaning: ${verdicts[asked.verdict[0]].means}.`),
    rows.length === 0
      ? el("p", {}, asked.after ? "There are no more." : "There are none.")
      : table(list_title(asked), ["Instance", "Workflow", "Verdict", "Host", "State", "Why"], rows),
    el("nav", { class: "pager", "aria-label": "Pages of the list" },
      asked.after && el("a", { href: first }, "First page"),
      answer.next_after !== null && el("a", { href: list_link({ ...asked, after: answer.next_after }) }, "Next page")),
    el("h3", {}, "Other verdicts"),
    counts(answer.counts, asked.verdict),
  ];
}
