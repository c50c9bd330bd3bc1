// SPDX-License-Identifier: Apache-2.0
// The list of unfinished rows, a page at a time, judged when it was asked for.
import { el, mark, table } from "./dom.js";
import { counts, explain_link, list_fields, list_link, list_parameters } from "./overview.js";
import { moment, ticking } from "./time.js";
import { held_words, verdicts } from "./words.js";

const page_size = 50;
const long = 24; // characters; a longer text may break

/** What the view's query asks for: {verdict: [...], name, project, host, state, sort, after}. */
export function list_query(text) {
  const query = new URLSearchParams(text);
  return { verdict: query.getAll("verdict"), ...Object.fromEntries(list_fields.map((field) => [field, query.get(field)])) };
}

export const list_path = (asked) => `/api/v1/verdicts?limit=${page_size}&${list_parameters(asked)}`;

export function list_title({ verdict, name, project, host, state }) {
  return [verdict.length > 0 ? `Verdict ${verdict.join(", ")}` : "All unfinished workflows",
    host && ` of ${host}`, project && ` in project ${project}`, name && ` named ${name}`, state && ` in state ${state}`].filter(Boolean).join("");
}

/** Shows in the form what is asked for. */
export function fill_filter(form, asked) {
  for (const field of list_fields) {
    if (form.elements[field]) form.elements[field].value = asked[field] ?? "";
  }
}

/** The link to what the form asks for, of the same verdicts. */
export const filter_link = (form, { verdict }) => list_link({ ...Object.fromEntries(new FormData(form)), verdict });

const whole = (text) => el("bdi", { class: String(text).length <= long ? "address" : null }, text);

export function list(answer, asked) {
  const held = held_words(answer.holds);
  const rows = answer.rows.map((row) => ({
    key: row.workflow_instance_id,
    cells: [
      explain_link(row.workflow_instance_id),
      el("bdi", {}, row.name),
      whole(row.project ?? row.project_code ?? "not known"),
      el("span", { class: "address" }, mark(verdicts[row.verdict]?.mark), row.verdict),
      whole(row.host ?? "no host"),
      whole(row.state_name ?? row.state ?? "not known"),
      [row.acts_at && el("b", {}, held ?? ["acts ", ticking("left", row.acts_at), ", at ", moment(row.acts_at)], ". "), row.reason],
    ],
  }));
  const first = list_link({ ...asked, after: null });
  return [
    el("p", {}, `${answer.matching} of them, judged `, ticking("ago", answer.taken_at), ". ",
      list_link({ ...asked, sort: null, after: null }) !== list_link({}) && el("a", { href: list_link({}) }, "Show all")),
    asked.verdict.length === 1 && verdicts[asked.verdict[0]] && el("p", {}, `Meaning: ${verdicts[asked.verdict[0]].means}.`),
    rows.length === 0
      ? el("p", {}, asked.after ? "There are no more." : "There are none.")
      : table(list_title(asked), ["Instance", "Workflow", "Project", "Verdict", "Host", "State", "Why"], rows),
    el("nav", { class: "pager", "aria-label": "Pages of the list" },
      asked.after && el("a", { href: first }, "First page"),
      answer.next_after !== null && el("a", { href: list_link({ ...asked, after: answer.next_after }) }, "Next page")),
    el("h3", {}, "Other verdicts"),
    counts(answer.counts, asked.verdict),
  ];
}
