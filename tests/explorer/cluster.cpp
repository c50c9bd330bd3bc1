// SPDX-License-Identifier: Apache-2.0
#include "explorer/cluster.hpp"

#include <algorithm>
#include <stdexcept>

#include "explorer/master.hpp"
#include "registry/layout.hpp"
#include "support/builders.hpp"
#include "support/proven_journal.hpp"

namespace dsr::explorer {

using namespace std::chrono_literals;

namespace {
/// A master that lost its session stops, or clears its memory, within this time (Curator says LOST after the session's
/// own timeout). Without such a promise nobody, DolphinScheduler's masters least of all, could fail anything over.
constexpr auto notices_within = 20s;
}  // namespace

const char* name(Release release) {
    switch (release) {
        case Release::v3_1:
            return "3.1";
        case Release::v3_2:
            return "3.2";
        case Release::dev_2024:
            return "2024-10 development";
        case Release::v3_3_2025:
            return "3.3 of 2025-01";
        case Release::v3_4_1:
            return "3.4.1";
        case Release::v3_4_2:
            break;
    }
    return "3.4.2";
}

Ways ways_of(Release release) {
    Ways ways;
    ways.second_generation = release != Release::v3_1 && release != Release::v3_2;
    ways.markers = ways.second_generation && release != Release::dev_2024;
    ways.leaks_lock = release == Release::v3_3_2025 || release == Release::v3_4_1;
    ways.in_place = release == Release::dev_2024 || release == Release::v3_3_2025;
    if (release == Release::v3_1) ways.layout = model::LockLayout::failover_masters;
    if (release == Release::dev_2024) ways.layout = model::LockLayout::global;
    return ways;
}

model::SchemaFacts facts_of(Release release) {
    if (release == Release::v3_1) return test::schema_3_1();
    auto facts = test::schema_3_4();
    if (release == Release::v3_2) {
        facts.generation = model::Generation::process;
        facts.version_text = "3.2.2";
        facts.version = model::Version{3, 2, 2};
    }
    facts.test_flag = ways_of(release).in_place || release == Release::v3_2;
    return facts;
}

Cluster::Cluster(Release of, Tables& on) : release(of), ways(ways_of(of)), tables(on), now(test::noon) {
    registry->now = [this] { return now; };
    registry->marker_directory = ways.markers;
    tables.set_now(now);
    auto client = tables.connect();
    client.store->ping();
    test::prove_cluster(*client.journal, *registry, now);
}
Cluster::~Cluster() = default;

Master& Cluster::start(const std::string& address) {
    for (const auto& other : masters) {
        if (other->address == address && other->registered) expire(*other);
    }
    auto& master = *masters.emplace_back(std::make_unique<Master>(*this, address, ++last_pid_));
    enter(master);
    return master;
}

void Cluster::enter(Master& master) {
    master.startup = now;
    master.registered = true;
    master.cut_off_at.reset();
    registry->add_master({master.address}, now, master.pid);
    master.session = registry->masters.at({master.address}).session_id;
    master.failover.scan_at(ways.second_generation ? now : now + 10s);
    start_workflow(master);
}

void Cluster::start_workflow(const Master& master) {
    constexpr std::int64_t above_all_others = 1'000'000;
    tables.insert({above_all_others + ++last_proof_, 7, master.address, now, std::nullopt, now});
}

Master& Cluster::at(const std::string& address) {
    const auto found =
        std::find_if(masters.rbegin(), masters.rend(), [&](const auto& master) { return master->address == address; });
    if (found == masters.rend()) throw std::logic_error("no master was started at " + address);
    return **found;
}

bool Cluster::ever_started(const std::string& address) const {
    return std::any_of(masters.begin(), masters.end(), [&](const auto& master) { return master->address == address; });
}

void Cluster::leave_locks(const Master& master) {
    for (auto queue = registry->locks.begin(); queue != registry->locks.end();) {
        std::erase_if(queue->second, [&](const auto& contender) { return contender.session_id == master.session; });
        queue = queue->second.empty() ? registry->locks.erase(queue) : std::next(queue);
    }
}

void Cluster::unregister(const Master& master) {
    leave_locks(master);
    const auto node = registry->masters.find({master.address});
    if (node == registry->masters.end() || node->second.session_id != master.session) return;
    registry->masters.erase(node);
    for (const auto& other : masters) {
        if (other->alive && other->registered && other->address != master.address)
            other->failover.removed(master.address, master.marker(), master.startup);
    }
}

void Cluster::kill(Master& master) {
    master.alive = false;
    master.memory.clear();
}

void Cluster::expire(Master& master) {
    if (!master.registered) return;
    master.registered = false;
    if (master.alive) master.cut_off_at = now;
    unregister(master);
}

void Cluster::stop(Master& master) {
    kill(master);
    if (master.registered) {
        master.registered = false;
        unregister(master);
    }
}

void Cluster::reconnect(Master& master) {
    master.memory.clear();
    master.failover.reset();
    // Another process took its place meanwhile: its port is taken.
    if (registry->masters.contains({master.address})) return kill(master);
    enter(master);
}

Truth::Owners Cluster::running(std::int64_t workflow) const {
    Truth::Owners owners;
    for (const auto& master : masters) {
        if (master->alive && master->memory.contains(workflow)) owners.push_back(master->name());
    }
    return owners;
}

void Cluster::run(std::int64_t workflow, const std::string& address, model::Instant started) {
    MasterRow row{workflow, 1, address, started, std::nullopt, started};
    tables.insert(row);
    at(address).memory.insert(workflow);
    truth.begin(workflow, at(address).name());
}

void Cluster::strand(std::int64_t workflow, const std::string& dead_host, model::Instant started) {
    MasterRow row{
        workflow, ways.second_generation ? 18 : 1, ways.second_generation ? dead_host : "NULL", started, std::nullopt,
        started};
    tables.insert(row);
    tables.add_error(workflow, 1);
    truth.begin(workflow, "");
}

void Cluster::trigger(std::int64_t workflow) {
    // In G1 there is no row before the start is taken up.
    if (!ways.second_generation) throw std::logic_error("only G2 triggers a row");
    tables.insert({workflow, 0, "", now, std::nullopt, now});
    truth.begin(workflow, "a person");
    truth.triggered(workflow, tables.trigger(workflow));
}

void Cluster::end(std::int64_t workflow) {
    const auto owners = running(workflow);
    if (owners.empty()) return;
    auto row = *tables.row(workflow);
    row.state = 7;
    row.history = now;
    tables.update(row);
    for (const auto& master : masters) master->memory.erase(workflow);
    truth.ended(workflow);
}

void Cluster::person_stops(std::int64_t workflow) {
    auto row = *tables.row(workflow);
    if (running(workflow).empty()) {
        // Asks for it; whoever recovers the workflow stops it.
        if (row.state == 1) row.state = 4;
        return tables.update(row);
    }
    row.state = 5;
    row.history = now;
    tables.update(row);
    for (const auto& master : masters) master->memory.erase(workflow);
    truth.ended(workflow);
}

void Cluster::person_resumes(std::int64_t workflow) {
    auto row = *tables.row(workflow);
    const auto commands = tables.commands();
    const bool asked = std::any_of(commands.begin(), commands.end(),
                                   [&](const auto& command) { return command.instance == workflow; });
    if (row.state != 5 || asked) return;
    // G2: whoever triggers writes restart_time and the first state, the host stays; G1: whoever takes it up writes all.
    if (ways.second_generation) {
        row.restart = now;
        row.state = 0;
        row.history = now;
        tables.update(row);
    }
    truth.triggered(workflow, tables.trigger(workflow));
}

void Cluster::advance(model::Milliseconds by) {
    now += by;
    tables.set_now(now);
}

std::optional<model::Instant> Cluster::latest_now() const {
    std::optional<model::Instant> latest;
    for (const auto& master : masters) {
        if (!master->alive || !master->cut_off_at) continue;
        const model::Instant until = *master->cut_off_at + notices_within;
        latest = std::min(latest.value_or(until), until);
    }
    return latest;
}

std::string Cluster::lock_path(const std::string& address) const {
    return registry::lock_path(ways.layout, {address});
}

}  // namespace dsr::explorer
