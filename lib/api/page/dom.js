// SPDX-License-Identifier: Apache-2.0
// Creates and updates elements. Text is only inserted as text nodes, because names of workflows and hosts are untrusted.

const svg_space = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return element;
}

export const el = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
export const svg = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS(svg_space, tag), attributes, children);

/** A shape beside a word, so that no information depends on colour alone. */
export function mark(kind) {
  const shapes = {
    good: ["circle", { cx: 6, cy: 6, r: 5 }],
    warn: ["path", { d: "M6 1 11.5 11H.5z" }],
    bad: ["path", { d: "M6 .5 11.5 6 6 11.5.5 6z" }],
    none: ["circle", { cx: 6, cy: 6, r: 4, class: "hollow" }],
  };
  const [tag, attributes] = shapes[kind] ?? shapes.none;
  return svg("svg", { class: `mark ${kind}`, viewBox: "0 0 12 12", "aria-hidden": "true", focusable: "false" },
    svg(tag, attributes));
}

/** A table with explicit roles, because a narrow screen shows it as blocks. `rows`: {key, cells}; the first cell is the
 * row's header. */
export function table(caption, columns, rows) {
  const row = ({ key, cells }) =>
    el("tr", { role: "row", "data-key": key },
      cells.map((cell, i) =>
        el(i === 0 ? "th" : "td",
          { role: i === 0 ? "rowheader" : "cell", scope: i === 0 ? "row" : null, "data-label": columns[i] },
          el("div", {}, cell))));
  return el("table", { role: "table" },
    el("caption", { class: "unseen" }, caption),
    el("thead", { role: "rowgroup" },
      el("tr", { role: "row" }, columns.map((name) => el("th", { role: "columnheader", scope: "col" }, name)))),
    el("tbody", { role: "rowgroup" }, rows.map(row)));
}

/** Pairs of a term and a description; null descriptions are left out. */
export const facts = (pairs, more = "") =>
  el("dl", { class: `facts ${more}` },
    pairs.filter(([, value]) => value !== null && value !== undefined)
      .map(([name, value]) => el("div", { "data-key": name }, el("dt", {}, name), el("dd", {}, value))));

const same_kind = (one, other) =>
  one.nodeType === other.nodeType && one.nodeName === other.nodeName && one.dataset?.key === other.dataset?.key;

/** Keeps the open and focused state. */
function take_attributes(old, fresh) {
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

function take_children(old, fresh) {
  const keyed = new Map();
  for (const child of old.children) {
    if (child.dataset.key !== undefined) keyed.set(child.dataset.key, child);
  }
  let at = old.firstChild;
  for (const child of [...fresh.childNodes]) {
    const key = child.dataset?.key;
    let match = null;
    if (key !== undefined) {
      const candidate = keyed.get(key);
      if (candidate && same_kind(candidate, child)) match = candidate;
      keyed.delete(key);
    } else if (at && same_kind(at, child)) {
      match = at;
    }
    if (!match) {
      old.insertBefore(child, at);
      continue;
    }
    if (match === at) at = at.nextSibling;
    else old.insertBefore(match, at);
    if (match.nodeType === Node.TEXT_NODE) {
      if (match.data !== child.data) match.data = child.data;
    } else {
      take_attributes(match, child);
      take_children(match, child);
    }
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

/** Updates `place` to `content` with minimal changes, so that focus, selection and open sections stay. */
export function show(place, ...content) {
  const focused = document.activeElement;
  take_children(place, el("div", {}, content));
  if (focused && focused !== document.activeElement && place.contains(focused)) focused.focus({ preventScroll: true });
}
