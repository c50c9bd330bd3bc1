// SPDX-License-Identifier: Apache-2.0
// The page's texts for every guard, verdict, gate and receipt of the API. A test compares the names with the daemon's, so
// that none is without a text.

/** A command line for the daemon's machine. */
const command = (words) => `ds-reconcilerd ${words}`;

/** title: what holds. means: why nothing is handed over. ends: what releases it. type: the command for it, if any. */
export const guards = {
  registry_not_fresh: {
    title: "The registry cannot be seen",
    means: "ZooKeeper is out of reach, was seen only in part, or showed every master gone within one look. What is not known is not dead, so nothing is judged lost.",
    ends: "Ends by itself with the first whole look. Check ZooKeeper, and the network between it and this daemon.",
  },
  no_live_master: {
    title: "No master is registered",
    means: "Nobody is there who could take a workflow over.",
    ends: "Start a master; the next sweep acts.",
  },
  mass_loss: {
    title: "Many masters went at once",
    means: "That is more likely a network or registry event than so many deaths.",
    ends: "Ends by itself once a master has registered since, and the lost have stayed away for twice the grace. If they are really gone, release it:",
    type: command('release mass-loss --config FILE --reason "WHY"'),
  },
  paused: {
    title: "A person paused it",
    means: "Workflows are looked at and judged, but nothing is handed over.",
    ends: "Ends at its time, if it was given one, or by:",
    type: command('resume --config FILE --reason "WHY"'),
  },
  own_stall: {
    title: "This daemon was late",
    means: "It was suspended or starved, could not see the registry for a while, or a clock was set. Who was away meanwhile is not known, so every grace starts again.",
    ends: "Ends by itself with the next sweep. If it comes again and again, look at the load of this machine.",
  },
  clock: {
    title: "Clocks or time zones do not agree",
    means: "Times in the database cannot be compared with those of masters, so who took a workflow up when is not known.",
    ends: "Set the clocks, or mend database.time_zone in the configuration; the next sweep looks again.",
  },
  unknown_schema: {
    title: "The database is of no DolphinScheduler that is known here",
    means: "Writing into tables that are not understood could do harm.",
    ends: "Check database.name in the configuration, and which DolphinScheduler runs; the next sweep looks again.",
  },
  unknown_layout: {
    title: "Lock nodes are where this version puts none",
    means: "It is not known which lock keeps masters from failing the same host over at the same time.",
    ends: "Check which DolphinScheduler runs, then set registry.lock_layout in the configuration.",
  },
  not_leader: {
    title: "Another replica leads",
    means: "Only one acts at a time; this one watches.",
    ends: "Takes over by itself when the other goes. Look at the other replica's page for what is done.",
  },
  lock_stuck: {
    title: "A failover lock is held by another",
    means: "A master, or another program, holds the failover lock of this host and does not let go. It could still act, so its host is left to it. Other hosts are not held.",
    ends: "Ends when the lock is let go. If it never is, restart the master that holds it.",
  },
  disabled: {
    title: "Failover is switched off",
    means: "failover.enabled is false: this daemon only looks.",
    ends: "Set failover.enabled to true in the configuration and load it anew (SIGHUP).",
  },
  no_journal: {
    title: "There is no journal",
    means: "Without it a restart would forget what was done and every grace.",
    ends: "Make its tables, or set journal.required to false and do without:",
    type: command("init-db --config FILE"),
  },
  unproven_cluster: {
    title: "Registry and database may be of different clusters",
    means: "No workflow shows that this ZooKeeper namespace and this database belong together, or a new one shows that they do not. Every running workflow of another cluster looks lost.",
    ends: "Ends by itself when a registered master takes up a workflow. Check registry.connect, registry.namespace and database in the configuration. If they are right, release it:",
    type: command('release cluster --config FILE --reason "WHY"'),
  },
  database_went_back: {
    title: "The database lost a commit",
    means: "An entry that this daemon had seen committed is gone from the journal: the database failed over to a standby that lagged, or was restored. What masters wrote since may be gone too, so which workflows run is not known.",
    ends: "See that no master runs the workflows that the reason names, then release it:",
    type: command('release database --config FILE --reason "WHY"'),
  },
};

/** rank: the most urgent come first. mark: its shape. */
export const verdicts = {
  orphan: { rank: 0, mark: "bad", means: "its master is lost: handed over by the next sweep that nothing holds" },
  orphan_earlier_incarnation: { rank: 0, mark: "bad", means: "its master was restarted and does not know it any more: handed over" },
  stranded: { rank: 0, mark: "bad", means: "claimed for failover, but no command names it: repaired once" },
  waiting: { rank: 1, mark: "warn", means: "its master is absent, and the grace is not over" },
  quarantined: { rank: 2, mark: "bad", means: "handed over too often, or masters died under it: a person releases it" },
  unrecoverable: { rank: 2, mark: "bad", means: "its definition version is gone: a command would only fail" },
  failed: { rank: 2, mark: "bad", means: "handed over, but its command failed" },
  overdue: { rank: 2, mark: "bad", means: "handed over, and not taken up in time" },
  ambiguous: { rank: 2, mark: "warn", means: "cannot be told apart from a living one: a person looks, and may release it" },
  zombie: { rank: 3, mark: "warn", means: "its master is absent, but its tasks were written since: its grace starts again" },
  unknown: { rank: 3, mark: "warn", means: "the registry could not be seen, or its state is not known" },
  unassigned: { rank: 4, mark: "none", means: "it names no host" },
  recovering: { rank: 4, mark: "none", means: "handed over, and not taken up yet" },
  pending: { rank: 5, mark: "none", means: "a command for it waits to be taken up" },
  superseded: { rank: 5, mark: "none", means: "its parent was recovered, and starts a new one" },
  parked: { rank: 6, mark: "none", means: "in a state that no failover touches" },
  owned: { rank: 7, mark: "good", means: "its master is alive and has it" },
};

/** The gates as questions. */
export const gates = {
  registry_fresh: "Was the registry seen whole?",
  state_known: "Is its state known, and not finished?",
  host_named: "Does it name a host?",
  no_command_pending: "Does no command for it wait?",
  state_taken: "Is it in a state that a failover takes?",
  not_answered: "Did this daemon not answer this loss yet?",
  ownership_readable: "Is it known since when it has its owner?",
  owner_gone: "Is its owner gone?",
  not_quarantined: "Was it handed over less often than is allowed?",
  definition_exists: "Is its definition version there?",
  parent_left_alone: "Is its parent, if it has one, left alone?",
  not_recovered_in_place: "Can no master have recovered it in place?",
  workers_reached: "Were the workers of its tasks reached?",
  stop_kept: "Would a stop or pause of it be kept?",
  grace_over: "Is the grace over, in enough views?",
};

/** The result of a failover. */
export const receipts = {
  awaited: { mark: "warn", means: "waits for a master to take it up" },
  recovered: { mark: "good", means: "taken up" },
  overdue: { mark: "bad", means: "not taken up in time" },
  failed: { mark: "bad", means: "its command failed" },
};

/** How the decision of shadow mode compares with what others did. */
export const comparisons = {
  open: { mark: "none", means: "cannot be told yet" },
  agreed: { mark: "good", means: "others dealt with it later" },
  would_have_doubled: { mark: "bad", means: "would have doubled" },
  would_have_been_saved: { mark: "warn", means: "would have been saved: nobody did anything" },
  withdrawn: { mark: "none", means: "handed over since, in mode act" },
};

/** Operators' commands. */
export const actions = {
  pause: "paused",
  resume: "resumed",
  release: "released",
  release_mass_loss: "released the mass loss",
  release_cluster: "confirmed that registry and database belong together",
  release_database: "released the hold after lost commits",
  ended_release: "release that ended unused",
  release_clock: "released the clock guard",
};

/** The daemon's state, in a word and a sentence. */
export const states = {
  starting: { mark: "warn", word: "Starting", means: "No sweep has ended yet." },
  acting: { mark: "good", word: "Working", means: "What is lost is handed over." },
  shadowing: { mark: "none", word: "Shadow", means: "Nothing is written but the journal: it keeps what would be done, and compares it with what others do." },
  held: { mark: "warn", word: "Held", means: "Nothing is handed over until what holds it ends." },
  following: { mark: "none", word: "Following", means: "Another replica leads; this one watches, and takes over when that one goes." },
  failing: { mark: "bad", word: "Failing", means: "The last sweep failed; it is tried again." },
  unknown: { mark: "warn", word: "Not known", means: "No daemon answered." },
};

/** Commands that the page suggests. */
export const commands = [
  ["hand nothing over for a while", command('pause --config FILE --reason "WHY" --for 2h')],
  ["end that", command('resume --config FILE --reason "WHY"')],
  ["let a quarantined or ambiguous workflow be handed over", command('release ID --config FILE --reason "WHY"')],
  ["confirm that many masters are really lost", command('release mass-loss --config FILE --reason "WHY"')],
  ["confirm that registry and database belong together", command('release cluster --config FILE --reason "WHY"')],
  ["act again after the database lost commits", command('release database --config FILE --reason "WHY"')],
  ["let new rows that contradict the time zone not count", command('release clock --config FILE --reason "WHY"')],
  ["sweep now", command("sweep --config FILE --remote")],
  ["what a failover would run again", command("impact --config FILE")],
];

export const release = (id) => command(`release ${id} --config FILE --reason "WHY"`);
export const explain = (id) => command(`explain ${id} --config FILE`);
