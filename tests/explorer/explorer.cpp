// SPDX-License-Identifier: Apache-2.0
#include "explorer/explorer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "explorer/master.hpp"

namespace dsr::explorer {

using namespace std::chrono_literals;

namespace {

constexpr int max_steps = 20'000;
/// How long everything goes on undisturbed before what is left counts as lost.
constexpr auto settling = 6min;

class ScriptActor final : public Actor {
public:
    ScriptActor(const Script& script, Stage& stage) : script_(script), stage_(stage) {}
    [[nodiscard]] std::string name() const override { return "fate"; }
    [[nodiscard]] std::string doing() const override { return script_[next_].what; }
    [[nodiscard]] bool enabled() override {
        if (next_ == script_.size()) return false;
        const Event& event = script_[next_];
        if (event.whole_database && stage_.cluster.tables.open_transactions > 0) return false;
        if (!event.registers.empty() && stage_.cluster.kept_out(event.registers)) return false;
        const auto latest = stage_.cluster.latest_now();
        if (event.passes.count() > 0 && latest && stage_.cluster.now + event.passes > *latest) return false;
        return event.workflow == 0 || !stage_.cluster.tables.locked(event.workflow);
    }
    void step() override { script_[next_++].happens(stage_); }
    [[nodiscard]] bool gives_way() const override { return true; }

private:
    const Script& script_;
    Stage& stage_;
    std::size_t next_ = 0;
};

class ClockActor final : public Actor {
public:
    ClockActor(Cluster& cluster, int ticks, model::Milliseconds tick) : cluster_(cluster), left_(ticks), tick_(tick) {}
    [[nodiscard]] std::string name() const override { return "clock"; }
    [[nodiscard]] std::string doing() const override { return fmt::format("{} s pass", tick_.count() / 1000); }
    [[nodiscard]] bool enabled() override {
        const auto latest = cluster_.latest_now();
        return left_ > 0 && (!latest || cluster_.now + tick_ <= *latest);
    }
    void step() override {
        --left_;
        cluster_.advance(tick_);
    }
    [[nodiscard]] bool gives_way() const override { return true; }

private:
    Cluster& cluster_;
    int left_;
    model::Milliseconds tick_;
};

class Course {
public:
    Course(const World& world, Tables& tables, Choices& choices, bool traced)
        : world_(world),
          choices_(choices),
          traced_(traced),
          cluster_(world.release, tables, world.registry),
          stage_{cluster_, replicas_} {
        world.setup(cluster_);
        for (int number = 1; number <= world.replicas; ++number)
            replicas_.push_back(std::make_unique<Replica>(cluster_, number, world.policy, world.faulty_view));
        for (const auto& script : world.scripts) scripts_.push_back(std::make_unique<ScriptActor>(script, stage_));
        clock_ = std::make_unique<ClockActor>(cluster_, world.ticks, world.tick);
    }

    Run run() {
        go_on(false);
        if (!cluster_.world_state.violation()) run_until_quiet();
        if (!cluster_.world_state.violation()) look_for_lost();
        if (!cluster_.world_state.violation()) look_for_unfenced();
        Run run;
        run.violation = cluster_.world_state.violation();
        run.steps = steps_;
        run.ours = cluster_.world_state.commands_of_ours();
        run.masters = cluster_.world_state.commands_of_masters();
        run.doubled_by_itself = cluster_.world_state.doubled_by_itself();
        run.choices = choices_.text();
        run.trace = std::move(trace_);
        return run;
    }

private:
    /// In the order in which they take turns.
    std::vector<Actor*> actors() {
        std::vector<Actor*> all;
        all.reserve(scripts_.size() + 4 * cluster_.masters.size() + replicas_.size() + 1);
        for (const auto& script : scripts_) all.push_back(script.get());
        for (const auto& master : cluster_.masters) {
            if (!master->alive) continue;
            all.push_back(&master->watch);
            all.push_back(&master->failover);
            all.push_back(&master->commands);
        }
        for (const auto& replica : replicas_) all.push_back(replica.get());
        // After the daemons, so that these look into the gaps.
        for (const auto& master : cluster_.masters) {
            if (cluster_.kind == RegistryKind::jdbc && master->alive) all.push_back(&master->heartbeat);
        }
        all.push_back(clock_.get());
        return all;
    }

    /// Those that can go on, whose turn it is first.
    std::vector<Actor*> ready() {
        auto all = actors();
        const auto current = std::find(all.begin(), all.end(), last_);
        if (current != all.end()) {
            std::rotate(all.begin(), current, all.end());
            if (last_->gives_way()) std::rotate(all.begin(), all.begin() + 1, all.end());
        }
        std::erase_if(all, [](Actor* actor) { return !actor->enabled(); });
        return all;
    }

    void go_on(bool undisturbed) {
        while (!cluster_.world_state.violation()) {
            const auto candidates = ready();
            if (candidates.empty()) {
                if (undisturbed || !wait_for_someone()) return;
                continue;
            }
            Actor* const next = candidates[undisturbed ? 0 : choices_.pick(candidates.size())];
            if (traced_) {
                trace_ += fmt::format("  {:4} {} {}: {}\n", steps_, model::rfc3339(cluster_.now).substr(11, 8),
                                      next->name(), next->doing());
            }
            last_ = next;
            ++cluster_.moment;
            next->step();
            if (traced_) trace_ += next->told();
            if (++steps_ > max_steps) {
                cluster_.world_state.breach(Breach::endless, fmt::format("no end after {} steps", max_steps));
                return;
            }
        }
    }

    /// Nobody can go on before some time: let it pass.
    bool wait_for_someone() {
        if (!clock_->enabled()) return false;
        std::optional<model::Instant> first;
        for (Actor* const actor : actors()) {
            if (const auto wakes = actor->wakes_at()) first = std::min(first.value_or(*wakes), *wakes);
        }
        if (!first || *first <= cluster_.now) return false;
        cluster_.advance(std::chrono::ceil<model::Milliseconds>(*first - cluster_.now));
        return true;
    }

    void run_until_quiet() {
        for (const auto& master : cluster_.masters) master->failover.stalled = master->commands.busy = false;
        const model::Instant end = cluster_.now + settling;
        while (cluster_.now < end && !cluster_.world_state.violation()) {
            go_on(true);
            cluster_.advance(20s);
            for (const auto& master : cluster_.masters) {
                if (master->goes_on() && master->registered) cluster_.start_workflow(*master);
            }
        }
        go_on(true);
    }

    void look_for_lost() {
        const bool somebody = std::any_of(cluster_.masters.begin(), cluster_.masters.end(),
                                          [](const auto& master) { return master->goes_on() && master->registered; });
        if (!somebody) return;
        for (const auto workflow : cluster_.world_state.workflows()) {
            if (cluster_.world_state.is_done(workflow) || !cluster_.running(workflow).empty() ||
                cluster_.owner_unseen.contains(workflow) || cluster_.in_dead_slot(workflow))
                continue;
            const auto said = left_to_a_person(workflow);
            if (!said) continue;
            cluster_.world_state.breach(Breach::lost, fmt::format("workflow {} runs nowhere, and {}", workflow, *said));
        }
    }

    /// A master that nobody could see when its workflow was handed over does not run it on once it is back.
    void look_for_unfenced() {
        if (!cluster_.ways.markers) return;
        for (const auto& master : cluster_.masters) {
            if (!master->goes_on() || !master->registered) continue;
            for (const auto workflow : master->memory) {
                if (cluster_.world_state.ran_unseen(workflow, master->name()))
                    cluster_.world_state.breach(Breach::runs_on,
                                                fmt::format("{} is back and runs workflow {} on, which was handed over",
                                                            master->name(), workflow));
            }
        }
    }

    /// Nothing when the workflow's verdict says that a person must look; else what is said of it.
    std::optional<std::string> left_to_a_person(std::int64_t workflow) {
        std::string said = "no daemon says anything of it";
        for (const auto& replica : replicas_) {
            for (const auto& notice : replica->last_report().notices) {
                if (notice.id.value != workflow) continue;
                if (world_.may_stay.contains(notice.judgement.verdict)) return std::nullopt;
                said = fmt::format("{} says {}: {}", replica->name(), model::name(notice.judgement.verdict),
                                   notice.judgement.reason);
            }
            for (const auto& action : replica->last_report().actions) {
                // A lock that is held, and neither let go of nor proven leaked, is for a person: alert lock_stuck.
                if (action.id.value == workflow && action.outcome == model::Outcome::skipped_lock &&
                    cluster_.ways.leaks_lock)
                    return std::nullopt;
            }
            for (const auto& hold : replica->last_report().holds) {
                if (world_.may_hold.contains(std::string(model::name(hold.guard)))) return std::nullopt;
            }
            for (const auto& hold : replica->last_report().holds)
                said += fmt::format("; {} is held by {}: {}", replica->name(), model::name(hold.guard), hold.reason);
        }
        return said;
    }

    const World& world_;
    Choices& choices_;
    bool traced_;
    Cluster cluster_;
    std::vector<std::unique_ptr<Replica>> replicas_;
    Stage stage_;
    std::vector<std::unique_ptr<ScriptActor>> scripts_;
    std::unique_ptr<ClockActor> clock_;
    Actor* last_ = nullptr;
    int steps_ = 0;
    std::string trace_;
};

void count(Tally& tally, const Run& run) {
    ++tally.runs;
    tally.steps += static_cast<std::uint64_t>(run.steps);
    tally.ours += static_cast<std::uint64_t>(run.ours);
    tally.masters += static_cast<std::uint64_t>(run.masters);
    tally.doubled_by_itself += static_cast<std::uint64_t>(run.doubled_by_itself);
}

/// The same run once more, with its steps written down.
void tell(Tally& tally, const World& world, Tables& tables, const Run& run, const std::string& repeat) {
    tally.violation = run.violation;
    tally.choices = run.choices;
    Replay again(run.choices);
    const Run told = run_once(world, tables, again, true);
    const bool same = told.violation && told.violation->what == run.violation->what;
    tally.report = fmt::format("world: {} (DolphinScheduler {})\n{}\n{}\nto repeat it: {}\n{}", world.name,
                               name(world.release), run.violation->what, told.trace, repeat,
                               same ? "" : "(the run did not repeat itself: something in it is left to chance)\n");
}

std::string repeat_by_choices(const World& world, const std::string& choices) {
    return fmt::format("DSR_WORLD='{}' DSR_CHOICES='{}' explorer_tests '[replay]'", world.name, choices);
}

}  // namespace

Run run_once(const World& world, Tables& tables, Choices& choices, bool traced) {
    tables.clear();
    return Course(world, tables, choices, traced).run();
}

void Tally::add(const Tally& other) {
    runs += other.runs;
    steps += other.steps;
    ours += other.ours;
    masters += other.masters;
    doubled_by_itself += other.doubled_by_itself;
    broken += other.violation ? 1 : 0;
}

std::string Tally::numbers() const {
    return fmt::format("{} runs{}, {} steps, {} commands of ours, {} of masters, {} doubled by DolphinScheduler itself",
                       runs, complete ? " (all)" : "", steps, ours, masters, doubled_by_itself);
}

Tally explore(const World& world, Tables& tables, std::size_t bound, std::uint64_t most, std::uint64_t stride) {
    Tally tally;
    // The shortest way to a breach first.
    for (std::size_t switches = bound > 0 ? 1 : 0; switches <= bound; ++switches) {
        EveryChoice choices(switches);
        const auto go_on = [&] {
            for (std::uint64_t skipped = 1; skipped < stride; ++skipped) {
                if (!choices.advance()) return false;
            }
            return choices.advance();
        };
        do {
            const Run run = run_once(world, tables, choices);
            count(tally, run);
            if (run.violation) {
                tell(tally, world, tables, run, repeat_by_choices(world, run.choices));
                return tally;
            }
            if (tally.runs >= most) return tally;
        } while (go_on());
    }
    tally.complete = stride == 1;
    return tally;
}

Tally walk(const World& world, Tables& tables, std::uint64_t first_seed, std::uint64_t count_of_walks,
           const std::string& tag) {
    Tally tally;
    for (std::uint64_t seed = first_seed; seed < first_seed + count_of_walks; ++seed) {
        Walk choices(seed);
        const Run run = run_once(world, tables, choices);
        count(tally, run);
        if (run.violation) {
            tell(tally, world, tables, run,
                 fmt::format("DSR_SEED={} DSR_WALKS=1 explorer_tests '[{}]'\n   or: {}", seed, tag,
                             repeat_by_choices(world, run.choices)));
            return tally;
        }
    }
    return tally;
}

}  // namespace dsr::explorer
