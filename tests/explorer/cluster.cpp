// SPDX-License-Identifier: Apache-2.0
#include "explorer/cluster.hpp"

#include <algorithm>
#include <map>
#include <set>
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
/// JDBC: the next heartbeat writes the row anew.
constexpr auto heartbeat_within = 10s;
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

Cluster::Cluster(Release of, Tables& on, RegistryKind registers_with)
    : release(of), kind(registers_with), ways(ways_of(of)), tables(on), now(test::noon) {
    registry->now = [this] { return now; };
    registry->in_database = kind == RegistryKind::jdbc;
    if (registry->in_database) registry->least_grace = 60s;
    if (kind != RegistryKind::zookeeper) registry->master_changes.reset();
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
    registry->still.erase({address});
    auto& master = *masters.emplace_back(std::make_unique<Master>(*this, address, ++last_pid_));
    enter(master);
    return master;
}

Master& Cluster::start_elsewhere(const std::string& address) {
    auto& master = *masters.emplace_back(std::make_unique<Master>(*this, address, ++last_pid_));
    master.startup = master.time();
    master.elsewhere = true;
    return master;
}

void Cluster::register_stranger(const std::string& address) {
    registry->add_master({address}, now, ++last_pid_);
}

void Cluster::enter(Master& master) {
    master.startup = master.time();
    master.registered = true;
    master.cut_off_at.reset();
    registry->add_master({master.address}, master.startup, master.pid);
    const auto& node = registry->masters.at({master.address});
    master.session = node.session_id;
    master.notices = kind != RegistryKind::etcd;
    beat(master);
    tell_members();
    master.failover.scan_at(ways.second_generation ? now : now + 10s);
    start_workflow(master);
}

void Cluster::start_workflow(const Master& master) {
    write_as(master, [&] {
        tables.insert({++last_row_, 7, master.address, master.time(), std::nullopt, master.time()});
    });
}

void Cluster::use_zone_of(const Master& master) {
    // What keeps no copies has one zone only.
    if (master.zone == zone_of_writers_) return;
    zone_of_writers_ = master.zone;
    tables.write_in_zone(master.zone);
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
    const auto removed_from = [&](auto& rows) {
        const auto node = rows.find({master.address});
        if (node == rows.end() || node->second.session_id != master.session) return false;
        rows.erase(node);
        registry->count_changes(1);
        return true;
    };
    if (!removed_from(registry->masters) && !removed_from(registry->still)) return;
    if (!hears_removals()) return;
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
    master.cut_off_moment = moment;
    if (master.alive) master.cut_off_at = now;
    unregister(master);
}

void Cluster::stop(Master& master) {
    kill(master);
    if (master.registered) {
        master.registered = false;
        master.cut_off_moment = moment;
    }
    unregister(master);
}

void Cluster::reconnect(Master& master) {
    master.memory.clear();
    master.failover.reset();
    // Another process took its place meanwhile: its port is taken.
    if (registry->masters.contains({master.address})) return kill(master);
    enter(master);
}

WorldState::Owners Cluster::running(std::int64_t workflow) const {
    WorldState::Owners owners;
    for (const auto& master : masters) {
        if (master->alive && master->memory.contains(workflow)) owners.push_back(master->name());
    }
    return owners;
}

void Cluster::run(std::int64_t workflow, const std::string& address, model::Instant started) {
    MasterRow row{workflow, 1, address, started, std::nullopt, started};
    write_as(at(address), [&] { tables.insert(row); });
    last_row_ = std::max(last_row_, workflow);
    at(address).memory.insert(workflow);
    world_state.begin(workflow, at(address).name());
}

void Cluster::nest(std::int64_t child, std::int64_t parent) {
    tables.set_parent(child, parent);
    parents[child] = parent;
}

void Cluster::write_task(std::int64_t workflow) {
    for (const auto& master : masters) {
        if (!master->alive || !master->memory.contains(workflow)) continue;
        tables.end_task(++last_task_, workflow, master->time());
        signs_[workflow] = {moment, master->time()};
    }
}

void Cluster::note_history(std::int64_t workflow) {
    auto row = tables.row(workflow);
    if (!row) return;
    row->history = now;
    tables.update(*row);
}

bool Cluster::runs_unseen(std::int64_t workflow, std::int64_t seen_at, model::Milliseconds grace) const {
    const auto sign = signs_.find(workflow);
    for (const auto& master : masters) {
        if (!master->alive || !master->memory.contains(workflow)) continue;
        const bool in_sight =
            kind == RegistryKind::zookeeper ? master->notices || master->registered : !hidden(*master, seen_at, grace);
        if (in_sight) return false;
        const bool seen = sign != signs_.end() && sign->second.moment < seen_at &&
                          sign->second.moment > master->cut_off_moment && now - sign->second.at < grace;
        if (seen) return false;
    }
    return true;
}

bool Cluster::parent_lost(std::int64_t workflow, std::int64_t seen_at) const {
    const auto parent = parents.find(workflow);
    if (parent == parents.end() || world_state.is_done(parent->second) || !running(parent->second).empty())
        return false;
    // Whoever ran it last was seen to be gone.
    const auto owner = world_state.last_owner(parent->second);
    return std::any_of(masters.begin(), masters.end(), [&](const auto& master) {
        return master->name() == owner && !master->registered && master->cut_off_moment < seen_at;
    });
}

void Cluster::start_children_anew(std::int64_t parent, Master& master) {
    for (const auto& [child, of] : std::map(parents)) {
        if (of != parent) continue;
        world_state.started_anew(child, parent);
        parents.erase(child);
        const std::int64_t anew = child + 1000;
        write_as(master, [&] {
            tables.insert({anew, 1, master.address, master.time(), std::nullopt, master.time()});
            tables.set_parent(anew, parent);
        });
        last_row_ = std::max(last_row_, anew);
        master.memory.insert(anew);
        world_state.begin(anew, master.name());
    }
}

void Cluster::strand(std::int64_t workflow, const std::string& dead_host, model::Instant started) {
    MasterRow row{
        workflow, ways.second_generation ? 18 : 1, ways.second_generation ? dead_host : "NULL", started, std::nullopt,
        started};
    tables.insert(row);
    tables.add_error(workflow, 1);
    world_state.begin(workflow, "");
}

void Cluster::trigger(std::int64_t workflow) {
    // In G1 there is no row before the start is taken up.
    if (!ways.second_generation) throw std::logic_error("only G2 triggers a row");
    tables.insert({workflow, 0, "", now, std::nullopt, now});
    world_state.begin(workflow, "a person");
    world_state.triggered(workflow, tables.trigger(workflow));
}

void Cluster::end(std::int64_t workflow) {
    const auto owners = running(workflow);
    if (owners.empty()) return;
    auto row = *tables.row(workflow);
    row.state = 7;
    row.history = now;
    tables.update(row);
    for (const auto& master : masters) master->memory.erase(workflow);
    world_state.ended(workflow);
}

void Cluster::person_stops(std::int64_t workflow) {
    auto row = *tables.row(workflow);
    if (running(workflow).empty()) {
        // Asks for it; whoever recovers the workflow stops it. The API of G1 says so in state_history, whoever owns the
        // row.
        if (row.state == 1) row.state = 4;
        world_state.stop_asked(workflow);
        if (!ways.second_generation) row.history = now;
        return tables.update(row);
    }
    row.state = 5;
    row.history = now;
    tables.update(row);
    for (const auto& master : masters) master->memory.erase(workflow);
    world_state.ended(workflow);
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
    world_state.triggered(workflow, tables.trigger(workflow));
}

void Cluster::advance(model::Milliseconds by) {
    now += by;
    tables.set_now(now + database_clock);
    for (const auto& master : masters) {
        if (master->goes_on() && master->registered && !master->elsewhere) beat(*master);
    }
    if (kind == RegistryKind::jdbc) age_rows(by);
}

/// Its heartbeat, every ten seconds.
void Cluster::beat(Master& master) {
    const auto node = registry->masters.find({master.address});
    if (node == registry->masters.end() || node->second.session_id != master.session) return;
    node->second.reported_at = master.time();
    node->second.written_at = now;
    master.last_beat = now;
    if (kind == RegistryKind::jdbc) registry->report({master.address});
}

void Cluster::step_clock(const std::string& address, std::chrono::seconds by) {
    clocks[address] += by;
    advance(model::Milliseconds{0});
}

void Cluster::lose_commits() {
    tables.go_back();
    std::set<std::int64_t> there;
    for (const auto& command : tables.commands()) there.insert(command.id);
    for (const auto workflow : world_state.workflows()) {
        const auto row = tables.row(workflow);
        // It ended, and its row says again that it runs: nothing tells.
        const bool runs_again = row && row->state != 7 && row->state != 5;
        world_state.went_back(workflow, row.has_value(), runs_again, there);
    }
}

std::optional<model::Instant> Cluster::latest_now() const {
    std::optional<model::Instant> latest;
    for (const auto& master : masters) {
        if (!master->goes_on() || !master->cut_off_at || !master->notices) continue;
        const auto within = kind == RegistryKind::jdbc ? heartbeat_within : notices_within;
        const model::Instant until = *master->cut_off_at + within;
        latest = std::min(latest.value_or(until), until);
    }
    return latest;
}

std::string Cluster::lock_path(const std::string& address) const {
    return registry::lock_path(ways.layout, {address});
}

}  // namespace dsr::explorer
