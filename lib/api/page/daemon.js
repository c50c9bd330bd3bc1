// SPDX-License-Identifier: Apache-2.0
// The page's connection to the daemon: queries, events, and whether it answers. If a token is needed it polls, because
// EventSource cannot send a header.
import { set_now, set_silent } from "./time.js";

const token_key = "ds-reconciler-token";
const timeouts = { known: 5_000, query: 20_000 }; // ms; the daemon cancels a query after 10 s
const look_every = { followed: 10_000, polled: 3_000, lost: 2_000 };
const inquire_every = 5_000;

/** An error answer; status 0: no answer. */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Calls `work` at once, or when `ms` have passed since the last call; calls meanwhile are merged. */
function politely(work, ms) {
  let last = -Infinity;
  let timer = null;
  return () => {
    if (timer !== null) return;
    timer = setTimeout(() => {
      timer = null;
      last = performance.now();
      work();
    }, Math.max(0, last + ms - performance.now()));
  };
}

export class Daemon {
  status = null;
  health = null;
  sweeps = [];
  timeline = null;
  timeline_trouble = "";
  clusters = []; // the others of this machine
  answered_at = null; // by the daemon's clock
  lost = ""; // a sentence, while it does not answer
  needs_token = false;
  token_refused = false;
  followed = false;
  first_version = null;

  #changed;
  #swept;
  #source = null;
  #connect_at = 0;
  #look_at = 0;
  #looking = false;
  #read_timeline = politely(() => this.#ask_timeline(), inquire_every);
  #read_clusters = politely(() => this.#read("/api/v1/clusters", ({ clusters }) => (this.clusters = clusters)), 6 * inquire_every);

  /** changed(): the state changed. swept(): a sweep ended, so queries may have new answers; calls are limited in
   * rate. */
  constructor(changed, swept) {
    this.#changed = changed;
    this.#swept = politely(swept, inquire_every);
  }

  start() {
    setInterval(() => this.#beat(), 1000);
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.#disconnect();
      else this.#look_at = 0;
      this.#beat();
    });
    addEventListener("pagehide", () => this.#disconnect());
    this.#beat();
  }

  use_token(token) {
    sessionStorage.setItem(token_key, token);
    this.#disconnect();
    this.needs_token = false;
    this.#look_at = 0;
    this.#beat();
  }

  get has_token() {
    return sessionStorage.getItem(token_key) !== null;
  }

  /** The JSON at this path, by GET. Throws Refused. */
  async ask(path, ms = timeouts.query) {
    const token = sessionStorage.getItem(token_key);
    try {
      return await this.#fetch(path, token, ms, {});
    } catch (error) {
      if (error.status === 401) this.#ask_for_token(token);
      throw error;
    }
  }

  /** Changes something, by POST; `token`: empty for the one of this tab. Throws Refused. */
  async change(path, body, token) {
    const answer = await this.#fetch(path, token || sessionStorage.getItem(token_key), timeouts.query,
      { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } });
    this.#look_at = 0;
    return answer;
  }

  async #fetch(path, token, ms, request) {
    let response;
    let body;
    try {
      response = await fetch(path, {
        ...request,
        headers: { ...request.headers, ...(token ? { Authorization: `Bearer ${token}` } : {}) },
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        signal: AbortSignal.timeout(ms),
      });
      body = await response.json();
    } catch (error) {
      throw new Refused(0, error.name === "TimeoutError" ? "it did not answer in time" : "it could not be reached");
    }
    if (!response.ok) throw new Refused(response.status, body?.error?.message ?? body?.reason ?? `status ${response.status}`);
    return body;
  }

  #ask_for_token(refused) {
    this.#disconnect();
    sessionStorage.removeItem(token_key);
    this.needs_token = true;
    this.token_refused = refused !== null;
    this.#changed();
  }

  #beat() {
    if (document.hidden || this.needs_token) return;
    if (!this.#source && !this.lost && this.status && performance.now() >= this.#connect_at) this.#connect();
    if (performance.now() >= this.#look_at) this.#look();
  }

  #put_off() {
    this.#look_at =
      performance.now() + (this.lost ? look_every.lost : this.followed ? look_every.followed : look_every.polled);
  }

  async #look() {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const status = await this.ask("/api/v1/status", timeouts.known);
      this.health = await this.ask("/healthz", timeouts.known).catch((error) =>
        error.status === 503 ? { status: "failing", reason: error.message } : null);
      this.#take(status);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.status !== 401) this.#lose(error.message);
    } finally {
      this.#looking = false;
      this.#put_off();
    }
  }

  #connect() {
    if (sessionStorage.getItem(token_key)) return;
    const source = new EventSource("/api/v1/events");
    this.#source = source;
    source.addEventListener("status", (event) => {
      this.followed = true;
      this.#take(JSON.parse(event.data));
      this.#put_off();
    });
    source.addEventListener("error", () => {
      if (this.#source !== source) return;
      this.#disconnect();
      this.#connect_at = performance.now() + 10_000;
      this.#look_at = 0; // check at once whether it answers
      this.#beat();
      this.#changed();
    });
  }

  #disconnect() {
    this.#source?.close();
    this.#source = null;
    this.followed = false;
  }

  #take(status) {
    const another = status.replica !== this.status?.replica || status.started_at !== this.status?.started_at;
    const swept = another || status.last_sweep?.sweep !== this.status.last_sweep?.sweep;
    if (this.lost) this.#connect_at = 0;
    this.status = status;
    this.answered_at = status.now;
    this.lost = "";
    this.needs_token = false;
    this.first_version ??= status.version;
    set_now(status.now);
    set_silent(false);
    this.#changed();
    if (!swept) return;
    this.#read("/api/v1/sweeps?limit=60", ({ sweeps }) => (this.sweeps = sweeps));
    this.#read_timeline();
    this.#read_clusters();
    this.#swept();
  }

  #lose(why) {
    this.lost = why;
    this.#disconnect();
    set_silent(true);
    this.#changed();
  }

  /** What the daemon answers without the database. */
  async #read(path, take) {
    try {
      take(await this.ask(path, timeouts.known));
      this.#changed();
    } catch (error) {
      if (!(error instanceof Refused)) throw error; // the next check shows whether it answers
    }
  }

  async #ask_timeline() {
    try {
      this.timeline = await this.ask("/api/v1/timeline");
      this.timeline_trouble = "";
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.timeline_trouble = error.message;
    }
    this.#changed();
  }
}
