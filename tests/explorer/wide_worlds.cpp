// SPDX-License-Identifier: Apache-2.0
// Worlds of more than steady clocks, one zone, one well-matched database that never forgets, and rows that only their
// owners write. Each has what one rule is for.
#include "explorer/wide_worlds.hpp"

#include <date/date.h>

#include "explorer/master.hpp"
#include "explorer/world_parts.hpp"
#include "explorer/worlds.hpp"

namespace dsr::explorer {

using namespace std::chrono_literals;
using model::Verdict;

namespace {

World wide(const std::string& name, Release release, std::function<void(Cluster&)> setup, std::vector<Script> scripts) {
    // The masters' own failover is explored elsewhere. Here it does not work, which is what the daemon is for.
    auto made = world(
        name, release,
        [setup = std::move(setup)](Cluster& cluster) {
            cluster.nobody_fails_over = true;
            setup(cluster);
        },
        std::move(scripts));
    made.in_memory_only = true;
    return made;
}

void set_now(Cluster& cluster, model::Instant now) {
    cluster.now = now;
    cluster.tables.set_now(now);
}

// ---- zones ----

/// The zone of the configuration fits in winter only.
World proven_in_winter(Release release) {
    auto made = wide(std::string("summer time begins, but not for the JVMs, ") + name(release), release,
                     [](Cluster& cluster) {
                         set_now(cluster, date::sys_days{date::March / 28 / 2027} + 50min);
                         cluster.tables.configure_zone("Europe/London");
                         running_for(cluster, 1h, {a, b});
                         cluster.run(1, b, cluster.now - 2s);
                     },
                     {after(2, then({event::pass(2h), event::kill(a), event::start(a)},
                                    after(2, {event::begin(505, a), event::pause(), event::begin(506, a)})))});
    made.ticks = 12;
    made.may_stay.insert(Verdict::ambiguous);
    made.may_hold.insert("clock");
    return made;
}

/// One master comes back in a zone of its own, after the others proved the configured one.
World jvm_of_another_zone(Release release) {
    auto made = wide(std::string("a master comes back in another zone, ") + name(release), release,
                     [](Cluster& cluster) {
                         running_for(cluster, 1h, {a, b});
                         cluster.run(1, b, cluster.now - 2s);
                     },
                     {then({event::pause(), event::zone_of_jvms("Atlantic/Azores"), event::kill(a), event::start(a)},
                           after(1, {event::begin(505, a), event::pause(), event::begin(506, b), event::pause(),
                                     event::begin(507, a)}))});
    made.may_stay.insert(Verdict::ambiguous);
    return made;
}

// ---- a database that loses its last commits ----

World lost_commits(Release release, bool taken_up) {
    auto made =
        wide(std::string("the database loses our commit") + (taken_up ? " and the take-up, " : ", ") + name(release),
             release,
             [taken_up](Cluster& cluster) {
                 two_masters(cluster);
                 cluster.at(b).commands.busy = !taken_up;
             },
             {{event::kill(a), event::expire(a)},
              after(2, then({event::copy_database()}, after(4, {event::lose_commits()})))});
    made.ticks = 14;
    made.may_stay.insert(Verdict::ambiguous);
    made.may_hold.insert("database_went_back");
    return made;
}

/// Rows of an earlier incarnation are handed over, and the later one takes one up between the commit and the look at
/// what became of it; that one is lost in its turn.
World lost_answer(Release release) {
    auto made = wide(std::string("the answer to a commit is lost, and the row lost again, ") + name(release), release,
                     [](Cluster& cluster) {
                         two_masters(cluster);
                         cluster.at(b).commands.busy = true;
                     },
                     {then({event::kill(a), event::start(a), event::lose_commit_answer_of_daemon(1)},
                           after(6, {event::kill(a), event::expire(a)}))});
    made.ticks = 14;
    return made;
}

// ---- a registry and a database that do not belong together ----

World mixed_up(Release release, bool equal_names) {
    auto made = wide(std::string("the registry of another cluster") +
                         (equal_names ? " with equal host names, " : ", ") + name(release),
                     release,
                     [equal_names](Cluster& cluster) {
                         const std::string host = equal_names ? a : c;
                         cluster.registry->identity = "of another cluster";
                         const model::Instant now = cluster.now;
                         cluster.now = now - 3h;
                         cluster.start_elsewhere(host);
                         cluster.start_elsewhere("10.0.0.4:5678");
                         cluster.now = now - 1h;
                         cluster.register_stranger(a);
                         cluster.register_stranger(b);
                         cluster.now = now;
                         cluster.run(1, host, now - 2h);
                         cluster.run(2, "10.0.0.4:5678", now - 1s);
                     },
                     {after(2, {event::pause(), event::pass(20s)})});
    made.may_hold.insert("unproven_cluster");
    made.may_stay.insert(Verdict::ambiguous);
    return made;
}

// ---- clocks that are set ----

/// A master starts while its machine's clock is ahead, which is set right before it takes anything up.
World stepped_clock(Release release, std::chrono::seconds by) {
    auto made = wide(
        "a master starts on a clock that is " + std::to_string(by.count()) + " s ahead and set right, " + name(release),
        release,
        [](Cluster& cluster) {
            running_for(cluster, 1h, {a, b});
            cluster.run(1, b, cluster.now - 2s);
        },
        {then({event::pause(), event::step_clock(a, by), event::kill(a), event::start(a), event::step_clock(a, -by),
               event::begin(505, a)},
              after(2, {event::begin(506, a)}))});
    made.may_stay.insert(Verdict::ambiguous);
    return made;
}

World stepped_daemon(Release release, std::chrono::seconds by) {
    auto made = wide(
        "the daemon's clock is set by " + std::to_string(by.count()) + " s, " + name(release), release, two_masters,
        {{event::kill(a), event::expire(a)},
         after(2, {event::step_clock_of_daemon(1, by), event::pause(), event::step_clock_of_daemon(1, -by)})});
    return made;
}

// ---- evidence between the plan and the write ----

World cut_off_and_writing(Release release) {
    auto made = wide(std::string("a master is cut off, does not notice and writes, ") + name(release), release,
                     [](Cluster& cluster) {
                         running_for(cluster, 1h, {a, b});
                         cluster.run(1, a, cluster.now - 2s);
                         cluster.at(a).notices = false;
                     },
                     {{event::expire(a)}, after(3, {event::write_task(1), event::pause(), event::write_task(1)})});
    made.ticks = 5;
    return made;
}

// ---- sub-workflows in builds that recover in place ----

World child_and_parent() {
    auto made = wide("a child and its parent are lost apart", Release::v3_3_2025,
                     [](Cluster& cluster) {
                         running_for(cluster, 1h, {a, b, c});
                         cluster.run(1, b, cluster.now - 3s);
                         cluster.run(2, a, cluster.now - 2s);
                         cluster.nest(2, 1);
                     },
                     {{event::kill(a), event::expire(a)}, after(2, {event::kill(b), event::expire(b)})});
    made.policy.recovers_in_place = model::RecoversInPlace::no;
    made.ticks = 10;
    made.may_stay.insert(Verdict::superseded);
    return made;
}

// ---- releases ----

/// `how`: what goes on around the release.
World released_while_owned(const std::string& how, const Script& release) {
    auto made = world("a workflow is released while its master lives" + how, Release::dev_2024, two_masters,
                      {then(release, after(1, {event::kill(a), event::expire(a)}))});
    made.in_memory_only = true;
    made.ticks = 10;
    made.may_hold.insert("paused");
    return made;
}

World released_while_it_runs(const std::string& how, const Script& around) {
    auto made = wide("a recovered workflow is released while it runs" + how, Release::v3_3_2025, two_masters,
                     {{event::kill(a), event::expire(a)}, after(5, around)});
    made.ticks = 12;
    made.may_hold.insert("paused");
    return made;
}

World released_and_cut_off() {
    auto made = cut_off_and_writing(Release::v3_1);
    made.name = "a workflow is released, then its master is cut off, does not notice and writes";
    made.scripts = {{event::pause(), event::release(1), event::pause(), event::expire(a)},
                    after(5, {event::write_task(1), event::pause(), event::write_task(1), event::write_task(1)})};
    made.ticks = 8;
    return made;
}

// ---- times finer than a millisecond, and a zone that is corrected ----

World finer_than_a_millisecond() {
    auto made = wide("times that SQL wrote are finer than what masters write back", Release::v3_3_2025,
                     [](Cluster& cluster) {
                         running_for(cluster, 1h, {a, b});
                         cluster.run(1, a, cluster.now - 2s + 123us);
                         cluster.run(2, a, cluster.now - 1s + 987us);
                     },
                     {{event::kill(a), event::expire(a)}});
    made.policy.recovers_in_place = model::RecoversInPlace::no;
    return made;
}

World corrected_zone() {
    auto made = wide("the zone is corrected while recovered rows run", Release::v3_3_2025,
                     [](Cluster& cluster) {
                         cluster.tables.configure_zone("Europe/Berlin");
                         two_masters(cluster);
                     },
                     {{event::kill(a), event::expire(a)}, after(6, {event::correct_zone("UTC")})});
    made.policy.recovers_in_place = model::RecoversInPlace::no;
    made.ticks = 12;
    return made;
}

// ---- state_history, which others than owners write ----

World history_of_others(Release release, const std::string& how, const Event& event) {
    auto made = wide(how + " on a workflow of an earlier incarnation, " + name(release), release,
                     [](Cluster& cluster) {
                         running_for(cluster, 1h, {a, b});
                         cluster.run(1, a, cluster.now - 2s);
                         cluster.run(2, b, cluster.now - 1s);
                     },
                     {{event::kill(a), event::start(a), event}});
    return made;
}

/// In 3.2.1 and later of the first generation a recovered stop goes on running.
World stopped_and_lost() {
    auto made = wide("a person stops a lost workflow", Release::v3_2, two_masters,
                     {{event::kill(a), event::expire(a)}, after(2, {event::stop(1)})});
    made.ticks = 6;
    return made;
}

// ---- a leader without its database ----

World leader_without_database(Release release) {
    auto made = wide(std::string("the leader loses its way to the database, ") + name(release), release, two_masters,
                     {{event::kill(a), event::expire(a)}, after(1, {event::cut_database_of_daemon(1)})});
    made.replicas = 2;
    return made;
}

/// It follows when it loses the database, and comes to lead without having looked.
World follower_without_database() {
    auto made = leader_without_database(Release::v3_4_2);
    made.name = "a follower loses its way to the database, and its leader goes";
    made.scripts = {{event::kill(a), event::expire(a)},
                    {event::pause(), event::cut_database_of_daemon(2), event::lose_session_of_daemon(1)}};
    return made;
}

}  // namespace

std::vector<World> wide_worlds() {
    std::vector<World> all;
    for (const auto release : {Release::v3_1, Release::v3_4_2}) {
        all.push_back(proven_in_winter(release));
        all.push_back(jvm_of_another_zone(release));
        all.push_back(lost_commits(release, false));
        all.push_back(lost_commits(release, true));
        for (const bool equal_names : {false, true}) all.push_back(mixed_up(release, equal_names));
        all.push_back(lost_answer(release));
        for (const auto by : {45s, 3600s}) all.push_back(stepped_clock(release, by));
        for (const auto by : {-7200s, -30s, 3600s}) all.push_back(stepped_daemon(release, by));
        all.push_back(cut_off_and_writing(release));
        all.push_back(leader_without_database(release));
    }
    all.push_back(follower_without_database());
    all.push_back(child_and_parent());
    all.push_back(released_while_owned("", {event::pause(), event::release(1)}));
    all.push_back(released_while_owned(", and the daemons pause",
                                       {event::pause(), event::release(1), event::pause_daemons(2h), event::pass(3h)}));
    all.push_back(released_while_owned(
        ", and no daemon runs", {event::pause(), event::stop_daemon(1), event::release(1), event::start_daemon(1)}));
    all.push_back(released_while_it_runs("", {event::release(1)}));
    all.push_back(released_while_it_runs(", the daemons being paused",
                                         {event::pause_daemons(30min), event::release(1), event::pass(2h)}));
    all.push_back(released_while_it_runs(
        ", no daemon running", {event::stop_daemon(1), event::release(1), event::pass(2h), event::start_daemon(1)}));
    all.push_back(released_and_cut_off());
    all.push_back(finer_than_a_millisecond());
    all.push_back(corrected_zone());
    for (const auto release : {Release::v3_1, Release::v3_2}) {
        all.push_back(history_of_others(release, "a person presses stop", event::stop(1)));
        all.push_back(history_of_others(release, "another writes history", event::note_history(1)));
    }
    all.push_back(stopped_and_lost());
    return all;
}

std::vector<Planted> wide_mistakes() {
    std::vector<Planted> all;
    const auto plant = [&](const std::string& mistake, const World& sound, Breach breach, const auto& take_out) {
        all.push_back(planted(mistake, sound, breach, take_out));
    };
    plant("what a cut-off master writes after the plan is not looked at", cut_off_and_writing(Release::v3_1),
          Breach::live_row_touched, [](World& world) { world.faulty_view.blind_to_new_tasks = true; });
    plant("a sub-workflow is judged without its parent", child_and_parent(), Breach::child_doubled,
          [](World& world) { world.faulty_view.blind_to_parents = true; });
    plant("the proof of a zone never expires", proven_in_winter(Release::v3_1), Breach::live_row_touched,
          [](World& world) { world.faulty_view.rows_fit_zone = true; });
    plant("the zone of one master is that of all", jvm_of_another_zone(Release::v3_4_2), Breach::live_row_touched,
          [](World& world) { world.faulty_view.rows_fit_zone = true; });
    plant("a database that lost a commit is not noticed", lost_commits(Release::v3_4_2, false), Breach::lost,
          [](World& world) { world.faulty_view.entries_stay = true; });
    plant("a startup time later than the node that carries it is believed", stepped_clock(Release::v3_1, 45s),
          Breach::live_row_touched, [](World& world) { world.faulty_view.nodes_look_newer = true; });
    plant("times are compared finer than masters keep them", finer_than_a_millisecond(), Breach::live_row_touched,
          [](World& world) { world.faulty_view.times_look_finer = true; });
    plant("entries are not brought into the corrected zone", corrected_zone(), Breach::live_row_touched,
          [](World& world) { world.faulty_view.entries_have_no_zone = true; });
    plant("state_history tells the owner where others write it",
          history_of_others(Release::v3_1, "a person presses stop", event::stop(1)), Breach::lost,
          [](World& world) { world.faulty_view.history_owns = true; });
    plant("what a person stopped runs on", stopped_and_lost(), Breach::stop_undone,
          [](World& world) { world.policy.stopped_rows = model::StoppedRows::recover; });
    plant("a leader that does not reach the database keeps leading", leader_without_database(Release::v3_4_2),
          Breach::lost, [](World& world) { world.faulty_view.nobody_resigns = true; });
    plant("a release waives each gate and has no end", released_while_it_runs("", {event::release(1)}),
          Breach::live_row_touched, [](World& world) { world.faulty_view.releases_have_no_terms = true; });
    for (const bool equal_names : {false, true}) {
        plant(std::string("another registry is taken for the one that was proven") +
                  (equal_names ? ", with equal names" : ""),
              mixed_up(Release::v3_1, equal_names), Breach::live_row_touched,
              [](World& world) { world.faulty_view.registries_look_alike = true; });
    }
    return all;
}

namespace {

Script drawn_clocks(Dice& dice) {
    const char* const machines[] = {a, b, c};
    const auto* const machine = machines[dice.below(3)];
    // Ahead only. A master that starts on a clock that is behind reads as the owner of what its earlier incarnation
    // owned.
    const auto by = std::chrono::seconds{dice.one_in(2) ? 1 + dice.below(120) : 3600 * (1 + dice.below(3))};
    Script script = after(dice.below(4), {event::step_clock(machine, by)});
    if (dice.one_in(2)) {
        return then(script, {event::kill(machine), event::start(machine), event::step_clock(machine, -by),
                             event::begin(500 + dice.below(10), machine), event::pause(),
                             event::begin(600 + dice.below(10), machine)});
    }
    // Somebody sets it right.
    return then(script, after(dice.below(4), {event::step_clock(machine, -by)}));
}

Script drawn_people(Dice& dice, bool first_generation) {
    Script script = after(dice.below(4), {});
    for (int count = 1 + dice.below(4); count > 0; --count) {
        const std::int64_t workflow = 1 + dice.below(3);
        switch (dice.below(5)) {
            case 0:
                script.push_back(event::release_lost(workflow));
                break;
            case 1:
                script = then(script, {event::pause_daemons(2min), event::pause(), event::resume_daemons()});
                break;
            case 2:
                if (first_generation) script.push_back(event::note_history(workflow));
                break;
            case 3:
                script.push_back(event::write_task(workflow));
                break;
            default:
                script.push_back(event::pause());
        }
    }
    return script;
}

}  // namespace

World drawn_wide_world(std::uint64_t seed) {
    Dice dice(seed * 0x9E3779B97F4A7C15U + 7);
    World made = drawn_world(seed);
    made.name = "wide " + std::to_string(seed);
    made.in_memory_only = true;
    made.may_hold.insert("paused");
    made.may_hold.insert("clock");  // times that a clock wrote before it was set right are in the future for a while
    const bool first_generation = !ways_of(made.release).second_generation;
    const bool unnoticed = dice.one_in(3);
    const bool alone = dice.one_in(2);
    made.setup = [setup = made.setup, unnoticed, alone](Cluster& cluster) {
        cluster.nobody_fails_over = alone;
        setup(cluster);
        if (unnoticed) cluster.at(a).notices = false;
    };
    if (dice.one_in(2)) {
        made.scripts.push_back(drawn_clocks(dice));
        made.may_stay.insert(Verdict::waiting);  // the grace of what was written in the future begins then
    }
    made.scripts.push_back(drawn_people(dice, first_generation));
    switch (dice.below(4)) {
        case 0:
            if (made.replicas == 2)
                made.scripts.push_back(
                    after(dice.below(5), {event::cut_database_of_daemon(static_cast<std::size_t>(1 + dice.below(2)))}));
            break;
        case 1: {
            const auto daemon = static_cast<std::size_t>(1 + dice.below(made.replicas));
            made.scripts.push_back(after(dice.below(5), {event::stop_daemon(daemon), event::pause(), event::pause(),
                                                         event::start_daemon(daemon)}));
            break;
        }
        default:
            break;
    }
    return made;
}

}  // namespace dsr::explorer
