// SPDX-License-Identifier: Apache-2.0
// What people can do from the page: buttons that open one dialog, which asks for the reason and the token, and commands
// to copy. The token for changes stays in this module, so that a reload forgets it.
import { el, show } from "./dom.js";
import { Refused } from "./daemon.js";
import { command, typed } from "./words.js";

/** path and body: of the request. type: the same as a command. */
const kinds = {
  pause: {
    title: "Pause failover",
    label: "Pause",
    means: "Workflows are judged, but nothing is handed over until the pause ends.",
    path: "/api/v1/pause",
    type: ({ lasting }) => `pause --config FILE --reason "WHY"${lasting ? ` --for ${lasting}` : ""}`,
    done: (note) => `Paused${note.until ? ` until ${note.until.slice(11, 19)}` : ""}`,
  },
  resume: {
    title: "Resume failover",
    label: "Resume",
    means: "Ends the pause: the next sweep hands over what is due.",
    path: "/api/v1/resume",
    type: () => 'resume --config FILE --reason "WHY"',
    done: () => "Resumed",
  },
  release: {
    title: "Release a workflow",
    label: "Release",
    means: "It may be handed over once more, and its tasks may then run a second time. Look first whether it still runs anywhere.",
    path: "/api/v1/release",
    body: ({ instance }) => ({ instance }),
    type: ({ instance }) => `release ${instance} --config FILE --reason "WHY"`,
    done: (note) => `Workflow instance ${note.workflow_instance_id} is released`,
  },
  mass_loss: {
    title: "Release the guard mass_loss",
    label: "Release",
    means: "Only if the masters that are absent now are really dead: their workflows are handed over and start again elsewhere.",
    path: "/api/v1/release",
    body: () => ({ mass_loss: true }),
    type: () => 'release mass-loss --config FILE --reason "WHY"',
    done: () => "The mass loss is released",
  },
  unproven_cluster: {
    title: "Release the guard unproven_cluster",
    label: "Release",
    means: "Only if this registry and this database belong to the same DolphinScheduler.",
    path: "/api/v1/release",
    body: () => ({ cluster: true }),
    type: () => 'release cluster --config FILE --reason "WHY"',
    done: () => "The guard unproven_cluster is released",
  },
  database_went_back: {
    title: "Release the guard database_went_back",
    label: "Release",
    means: "Only after you checked the workflows that were handed over before the database lost commits.",
    path: "/api/v1/release",
    body: () => ({ database: true }),
    type: () => 'release database --config FILE --reason "WHY"',
    done: () => "The guard database_went_back is released",
  },
  clock: {
    title: "Release the guard clock",
    label: "Release",
    means: "The new rows that contradict database.time_zone now no longer count.",
    path: "/api/v1/release",
    body: () => ({ clock: true }),
    type: () => 'release clock --config FILE --reason "WHY"',
    done: () => "The guard clock is released",
  },
  sweep: {
    title: "Sweep now",
    label: "Sweep",
    means: "The next sweep starts at once instead of at its time.",
    path: "/api/v1/sweep",
    plain: true,
    type: () => "sweep --config FILE --remote",
    done: () => "A sweep starts",
  },
};

/** The action that ends the hold of this guard, if a person may end it. */
export const ending = { paused: "resume", mass_loss: "mass_loss", unproven_cluster: "unproven_cluster", database_went_back: "database_went_back", clock: "clock" };

/** A button that opens the dialog; `instance`: of a release. */
export const button = (name, instance = null) =>
  el("button", { type: "button", "data-key": `${name} ${instance ?? ""}`, "data-action": name, "data-instance": instance, "aria-haspopup": "dialog" },
    `${name === "release" ? `Release ${instance}` : kinds[name].title}…`);

/** The overview's actions. */
export function steering(status) {
  const others = [
    ["hand nothing over for a while", kinds.pause.type({ lasting: "2h" })],
    ["end the pause", kinds.resume.type()],
    ["release a quarantined or ambiguous workflow", 'release ID --config FILE --reason "WHY"'],
    ["what a failover would re-run", "impact --config FILE"],
    ["the status on a terminal", "status --config FILE"],
    ["sweep now", kinds.sweep.type()],
  ];
  return [
    el("p", { class: "buttons" }, button(status.pause ? "resume" : "pause"), " ", button("sweep")),
    el("p", { class: "said" }, "Each asks for the token of ", el("code", {}, "http.token_file"), " and, but for a sweep, for a reason, which the journal keeps. " +
      "What is quarantined or ambiguous is released where its verdict is explained."),
    el("details", {}, el("summary", {}, "The same as commands"),
      el("dl", { class: "commands" }, others.map(([what, words]) => el("div", {}, el("dt", {}, what), el("dd", {}, typed(command(words))))))),
  ];
}

const $ = (id) => document.getElementById(id);
let token = "";
let open = null; // {kind, instance} while the dialog is open
let by = "";

const lasting = () => $("action-for").value.trim();

function suggest() {
  const words = open.kind.type({ instance: open.instance, lasting: lasting() });
  show($("action-typed"), el("p", { class: "said" }, "On the daemon's machine no token is needed, only its files:"), typed(command(words)));
}

function open_dialog(daemon, kind, instance) {
  open = { kind, instance };
  $("action-title").textContent = instance ? `${kind.title}: ${instance}` : kind.title;
  $("action-means").textContent = kind.means;
  $("action-do").textContent = kind.label;
  $("action-do").disabled = false;
  $("action-reason").value = "";
  $("action-reason").removeAttribute("aria-invalid");
  $("action-for").value = kind === kinds.pause ? "2h" : "";
  $("action-by").value = by;
  $("action-token").value = "";
  $("action-trouble").textContent = "";
  $("action-token-note").textContent = token || daemon.has_token
    ? "Empty: the token that you gave before. Changes need that of http.token_file."
    : "That of http.token_file. This page forgets it when it is reloaded.";
  for (const row of ["action-reason-row", "action-by-row"]) $(row).hidden = Boolean(kind.plain);
  $("action-for-row").hidden = kind !== kinds.pause;
  suggest();
  $("action").showModal();
}

async function act(daemon, told) {
  const { kind, instance } = open;
  const reason = $("action-reason").value.trim();
  const given = $("action-token").value.trim() || token;
  const trouble = (text, field) => {
    $("action-trouble").textContent = text;
    if (field) field.focus();
  };
  $("action-reason").removeAttribute("aria-invalid");
  if (!kind.plain && reason === "") {
    $("action-reason").setAttribute("aria-invalid", "true");
    return trouble("Enter a reason; it is kept in the journal.", $("action-reason"));
  }
  if (!given && !daemon.has_token) return trouble("Enter the token of http.token_file.", $("action-token"));
  by = $("action-by").value.trim();
  const body = kind.plain ? {} : { reason, ...(by && { by }), ...kind.body?.({ instance }) };
  if (kind === kinds.pause && lasting()) body.for = lasting();
  $("action-do").disabled = true;
  $("action-trouble").textContent = "";
  try {
    const note = await daemon.change(kind.path, body, given);
    if (given) token = given;
    $("action").close();
    told(`${kind.done(note)}. ${kind.plain ? "" : "It is in force from the next sweep on, which starts now."}`.trim());
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 401 || error.status === 403) token = "";
    trouble(`Refused: ${error.message}.`, error.status === 401 || error.status === 403 ? $("action-token") : null);
  } finally {
    $("action-do").disabled = false;
  }
}

/** Copies the command beside the button; where the browser forbids it, the command is selected instead. */
async function copy(pressed) {
  const code = pressed.previousElementSibling;
  try {
    await navigator.clipboard.writeText(code.textContent);
    pressed.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(code);
    pressed.textContent = "Selected";
  }
  setTimeout(() => { if (pressed.isConnected) pressed.textContent = "Copy"; }, 2000);
}

/** Once, when the page starts. `told(text)`: something was done. */
export function start_actions(daemon, told) {
  document.addEventListener("click", (event) => {
    const pressed = event.target.closest?.("[data-action], [data-copy]");
    if (!pressed) return;
    if (pressed.dataset.copy !== undefined) return void copy(pressed);
    const instance = pressed.dataset.instance;
    open_dialog(daemon, kinds[pressed.dataset.action], instance === undefined ? null : Number(instance));
  });
  $("action-form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (!$("action-do").disabled) act(daemon, told);
  });
  $("action-for").addEventListener("input", suggest);
  $("action-cancel").addEventListener("click", () => $("action").close());
  $("action").addEventListener("close", () => { $("action-token").value = ""; });
}
