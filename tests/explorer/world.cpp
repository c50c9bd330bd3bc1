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
    return {"start of " + address, [=](Stage& stage) {
                // Its port is taken while the process before it lives.
                if (stage.cluster.ever_started(address) && stage.cluster.at(address).alive) return;
                stage.cluster.advance(3s);  // a JVM takes longer to start than times take to tell apart
                stage.cluster.start(address);
            }};
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

}  // namespace event

}  // namespace dsr::explorer
