// SPDX-License-Identifier: Apache-2.0
#include "explorer/world.hpp"

#include "explorer/master.hpp"

namespace dsr::explorer {

using namespace std::chrono_literals;

model::Policy brisk() {
    model::Policy policy;
    policy.grace = 60s;
    policy.journal_create = true;
    return policy;
}

namespace {
template <typename Work>
void with(Stage& stage, const std::string& address, Work&& work) {
    if (stage.cluster.ever_started(address)) work(stage.cluster.at(address));
}
}  // namespace

namespace event {

Event kill(const std::string& address) {
    return {"kill -9 of " + address,
            [=](Stage& stage) { with(stage, address, [&](Master& master) { stage.cluster.kill(master); }); }};
}
Event expire(const std::string& address) {
    return {"the session of " + address + " expires",
            [=](Stage& stage) { with(stage, address, [&](Master& master) { stage.cluster.expire(master); }); }};
}
Event start(const std::string& address) {
    Event event{"start of " + address, [=](Stage& stage) {
                    // Its port is taken while the process before it lives.
                    if (stage.cluster.ever_started(address) && stage.cluster.at(address).alive) return;
                    stage.cluster.advance(3s);  // a JVM takes longer to start than times take to tell apart
                    stage.cluster.start(address);
                }};
    event.registers = address;
    return event;
}
Event cut_off(const std::string& address, bool reachable) {
    return {address + " is cut off from the registry" + (reachable ? "" : " and from the daemons"), [=](Stage& stage) {
                with(stage, address, [&](Master& master) { stage.cluster.cut_off(master, reachable); });
            }};
}
Event heal(const std::string& address) {
    return {"the net of " + address + " heals",
            [=](Stage& stage) { with(stage, address, [&](Master& master) { stage.cluster.heal(master); }); }};
}
Event purge(const std::string& address) {
    return {"another server purges " + address,
            [=](Stage& stage) { with(stage, address, [&](Master& master) { stage.cluster.purge(master); }); }};
}
Event freeze(const std::string& address) {
    return {"the machine of " + address + " stands still",
            [=](Stage& stage) { with(stage, address, [&](Master& master) { stage.cluster.freeze(master); }); }};
}
Event thaw(const std::string& address) {
    return {"the machine of " + address + " goes on",
            [=](Stage& stage) { with(stage, address, [&](Master& master) { stage.cluster.thaw(master); }); }};
}
Event stall_daemon(std::size_t number) {
    return {"daemon " + std::to_string(number) + " stands still past its ticket",
            [=](Stage& stage) { stage.replicas.at(number - 1)->stall(); }};
}
Event wake_daemon(std::size_t number) {
    return {"daemon " + std::to_string(number) + " goes on",
            [=](Stage& stage) { stage.replicas.at(number - 1)->wake(); }};
}
Event stall(const std::string& address) {
    return {address + " stalls",
            [=](Stage& stage) { with(stage, address, [](Master& master) { master.failover.stalled = true; }); }};
}
Event wake(const std::string& address) {
    return {address + " wakes",
            [=](Stage& stage) { with(stage, address, [](Master& master) { master.failover.stalled = false; }); }};
}
Event pause() {
    return {"nothing happens", [](Stage&) {}};
}
Event trigger(std::int64_t workflow) {
    return {"a person starts workflow " + std::to_string(workflow),
            [=](Stage& stage) { stage.cluster.trigger(workflow); }, workflow};
}
Event stop(std::int64_t workflow) {
    return {"a person stops workflow " + std::to_string(workflow),
            [=](Stage& stage) { stage.cluster.person_stops(workflow); }, workflow};
}
Event resume(std::int64_t workflow) {
    return {"a person resumes workflow " + std::to_string(workflow),
            [=](Stage& stage) { stage.cluster.person_resumes(workflow); }, workflow};
}
Event end(std::int64_t workflow) {
    return {"workflow " + std::to_string(workflow) + " succeeds, if it runs",
            [=](Stage& stage) { stage.cluster.end(workflow); }, workflow};
}
Event kill_daemon(std::size_t number) {
    return {"kill -9 of daemon " + std::to_string(number) + ", and a new one",
            [=](Stage& stage) { stage.replicas.at(number - 1)->restart(); }};
}
Event lose_session_of_daemon(std::size_t number) {
    return {"daemon " + std::to_string(number) + " loses its session",
            [=](Stage& stage) { stage.replicas.at(number - 1)->lose_session(); }};
}

Event stop_daemon(std::size_t number) {
    return {"daemon " + std::to_string(number) + " is stopped",
            [=](Stage& stage) { stage.replicas.at(number - 1)->kill(); }};
}
Event start_daemon(std::size_t number) {
    return {"daemon " + std::to_string(number) + " is started",
            [=](Stage& stage) { stage.replicas.at(number - 1)->restart(); }};
}
namespace {
Event told(const std::string& what, model::ControlAction action, std::int64_t workflow, model::Milliseconds time) {
    Event event{what, [=](Stage& stage) {
                    model::ControlNote note;
                    note.at = stage.cluster.now;
                    note.action = action;
                    if (workflow != 0) note.instance = model::WorkflowInstanceId{workflow};
                    if (time.count() != 0) note.until = stage.cluster.now + time;
                    note.who = "a person";
                    note.why = "a test";
                    const auto client = stage.cluster.tables.connect();
                    // The first daemon makes it; before that nobody can tell anything.
                    if (client.journal->inspect().ready) client.journal->note(note);
                }};
    event.whole_database = true;
    return event;
}
}  // namespace
Event release(std::int64_t workflow) {
    Event event = told("a person releases workflow " + std::to_string(workflow), model::ControlAction::release,
                       workflow, model::Milliseconds{0});
    event.happens = [=, tell = event.happens](Stage& stage) {
        tell(stage);
        stage.cluster.world_state.let_run(workflow);
    };
    return event;
}
Event release_lost(std::int64_t workflow) {
    Event event = release(workflow);
    event.what += ", if nobody runs it";
    event.happens = [=, tell = event.happens](Stage& stage) {
        if (stage.cluster.running(workflow).empty()) tell(stage);
    };
    return event;
}
Event pause_daemons(model::Milliseconds time) {
    return told("a person pauses the daemons for " + std::to_string(time.count() / 60'000) + " min",
                model::ControlAction::pause, 0, time);
}
Event resume_daemons() {
    return told("a person lets the daemons go on", model::ControlAction::resume, 0, model::Milliseconds{0});
}
Event cut_database_of_daemon(std::size_t number) {
    return {"daemon " + std::to_string(number) + " loses its way to the database",
            [=](Stage& stage) { stage.replicas.at(number - 1)->cut_database(true); }};
}
Event lose_commit_answer_of_daemon(std::size_t number) {
    return {"the answer to the next commit of daemon " + std::to_string(number) + " is lost",
            [=](Stage& stage) { stage.replicas.at(number - 1)->lose_commit_answer(); }};
}
Event copy_database() {
    Event event{"the database is copied", [](Stage& stage) { stage.cluster.tables.keep_copy(); }};
    event.whole_database = true;
    return event;
}
Event lose_commits() {
    Event event{"the database loses what was committed since its copy",
                [](Stage& stage) { stage.cluster.lose_commits(); }};
    event.whole_database = true;
    return event;
}
Event step_clock(const std::string& address, std::chrono::seconds by) {
    return {"the clock of " + address + " is set by " + std::to_string(by.count()) + " s",
            [=](Stage& stage) { stage.cluster.step_clock(address, by); }};
}
Event step_clock_of_daemon(std::size_t number, std::chrono::seconds by) {
    return {"the clock of daemon " + std::to_string(number) + " is set by " + std::to_string(by.count()) + " s",
            [=](Stage& stage) { stage.replicas.at(number - 1)->step_clock(by); }};
}
Event step_clock_of_database(std::chrono::seconds by) {
    return {"the clock of the database is set by " + std::to_string(by.count()) + " s", [=](Stage& stage) {
                stage.cluster.database_clock += by;
                stage.cluster.advance(model::Milliseconds{0});
            }};
}
Event pass(std::chrono::seconds time) {
    Event event{std::to_string(time.count()) + " s pass", [=](Stage& stage) { stage.cluster.advance(time); }};
    event.passes = time;
    return event;
}
Event begin(std::int64_t workflow, const std::string& address) {
    return {"workflow " + std::to_string(workflow) + " begins on " + address, [=](Stage& stage) {
                with(stage, address, [&](Master& master) {
                    if (master.alive && master.registered) stage.cluster.run(workflow, address, master.time());
                });
            }};
}
Event write_task(std::int64_t workflow) {
    return {"a task of workflow " + std::to_string(workflow) + " ends, if it runs",
            [=](Stage& stage) { stage.cluster.write_task(workflow); }};
}
Event note_history(std::int64_t workflow) {
    return {"another than its owner adds to the history of workflow " + std::to_string(workflow),
            [=](Stage& stage) { stage.cluster.note_history(workflow); }, workflow};
}
Event zone_of_jvms(const std::string& iana_name) {
    return {"the JVMs that start from now on are in " + iana_name,
            [=](Stage& stage) { stage.cluster.masters_zone = iana_name; }};
}
Event correct_zone(const std::string& iana_name) {
    Event event{"daemon 1 is told that the JVMs are in " + iana_name, [=](Stage& stage) {
                    stage.replicas.at(0)->kill();
                    stage.cluster.tables.configure_zone(iana_name);
                    stage.replicas.at(0)->restart();
                }};
    event.whole_database = true;
    return event;
}

}  // namespace event

}  // namespace dsr::explorer
