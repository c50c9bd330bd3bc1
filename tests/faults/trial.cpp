// SPDX-License-Identifier: Apache-2.0
#include "faults/trial.hpp"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/null_sink.h>

#include <array>
#include <map>
#include <set>
#include <vector>

#include "faults/fault.hpp"
#include "support/proven_journal.hpp"
#include "support/sweep_bench.hpp"

namespace dsr::faults {

using namespace std::chrono_literals;
using test::MasterRow;

namespace {

/// The database's clock is the trial's, on SQLite too.
class ClockedStore final : public test::HookedStore {
public:
    ClockedStore(store::WorkflowStore& inner, const test::PortHook& hook, const model::Instant& now)
        : HookedStore(inner, hook), now_(now) {}
    [[nodiscard]] model::Instant clock() override {
        (void)HookedStore::clock();
        return now_;
    }

private:
    const model::Instant& now_;
};

/// Workers answer as drawn.
class DrawnKiller final : public worker::TaskKiller {
public:
    explicit DrawnKiller(Draw& draw) : draw_(draw) {}
    bool all_answer = false;
    std::set<std::int64_t> asked;            ///< tasks
    std::set<model::WorkerAddress> workers;  ///< those that were asked

    [[nodiscard]] std::vector<worker::KillAnswer> kill(worker::KillMessageTypes,
                                                       std::span<const worker::KillRequest> requests,
                                                       model::Milliseconds, std::stop_token) override {
        std::vector<worker::KillAnswer> answers;
        for (const auto& request : requests) {
            asked.insert(request.task.value);
            workers.insert(request.worker);
            answers.push_back(all_answer || !draw_.one_in(6) ? worker::KillAnswer::killed
                                                             : worker::KillAnswer::unreachable);
        }
        return answers;
    }

private:
    Draw& draw_;
};

class Trial {
public:
    Trial(std::uint64_t seed, test::Tables& tables, bool told, bool wide)
        : draw_(seed),
          tables_(tables),
          told_(told),
          wide_(wide),
          schema_(schema_of(seed)),
          killer_(draw_),
          log_("trial", std::make_shared<spdlog::sinks::null_sink_mt>()),
          faults_(draw_, {[this] { daemon().zookeeper.lose_session(); },
                          [this](int seconds) { jump(std::chrono::seconds{seconds}); },
                          [this](const std::string& what) { tell(what); }}) {
        hook_ = [this](std::string_view operation, test::Moment moment) {
            const bool of_database = operation.starts_with("store.") || operation.starts_with("journal.");
            if (cut_off_ == acting_ && of_database && operation != "store.end_failover" &&
                moment == test::Moment::before)
                throw model::Failure(model::ErrorKind::retry, "this daemon alone does not reach the database");
            faults_.at(operation, moment);
        };
        draw_policy();
        draw_cluster();
    }

    Verdict run() {
        const int steps = 3 + draw_.below(12);
        for (int step = 0; step < steps && !broken_; ++step) one_step();
        if (!broken_) recover();
        return {broken_, course_, faults_.struck(), static_cast<int>(ours_.size())};
    }

private:
    struct Daemon {
        Daemon(Trial& trial, int number)
            : client(trial.tables_.connect()),
              zookeeper(trial.cluster_, "daemon " + std::to_string(number)),
              registry(zookeeper, trial.hook_, [&trial] { return trial.now_; }),
              store(*client.store, trial.hook_, trial.now_),
              journal(*client.journal, trial.hook_),
              killer(trial.killer_, trial.hook_),
              sweeper(sweep::SweepContext{registry, store, journal, killer, trial.log_, [&trial] { return trial.now_; },
                                          "test", "daemon " + std::to_string(number)},
                      alert::AlertDispatcher({}, 60min, trial.log_), trial.policy_) {}

        test::Client client;
        fakes::FakeRegistry zookeeper;
        test::HookedRegistry registry;
        ClockedStore store;
        test::HookedJournal journal;
        test::HookedKiller killer;
        sweep::Sweeper sweeper;
    };

    /// What the model knows of a workflow. `owner` is a number that no other process ever had; 0: nobody.
    struct Workflow {
        int owner = 0;
        std::int64_t pending = 0;  ///< the command that waits, of this loss
        bool stranded = false;     ///< its command failed
        int failures = 0;          ///< how many of its commands failed
        int losses_answered = 0;
        std::int64_t task = 0;
    };

    // ---- the drawn world ----

    void draw_policy() {
        policy_.journal_create = true;
        policy_.batch = 1 + draw_.at(3);
        policy_.max_per_sweep = draw_.one_in(3) ? 1 : 0;
        policy_.max_attempts = 100;  // quarantine has tests of its own
        if (draw_.one_in(2)) {
            policy_.grace = 60s;
        } else {
            policy_.grace = 0s;
            policy_.confirmations = 1;
        }
    }

    void draw_cluster() {
        tables_.clear();
        tables_.set_now(now_);
        cluster_->now = [this] { return now_; };
        cluster_->marker_directory = second_generation() && draw_.one_in(2);
        if (schema_.marks_tasks()) {
            for (const char* worker : workers_) {
                if (!draw_.one_in(3)) cluster_->add_worker({worker}, now_ - 1h, 900);
            }
        }
        const int masters = 1 + draw_.below(3);
        for (int i = 0; i < masters; ++i) start(address(i), now_ - 1h);
        const int workflows = 1 + draw_.below(6);
        for (std::int64_t id = 1; id <= workflows; ++id) {
            const auto host = address(draw_.below(masters));
            tables_.insert({id, 1, host, now_ - std::chrono::seconds{30 + id}, std::nullopt, std::nullopt});
            workflows_[id].owner = living_.at(host);
            if (schema_.marks_tasks() && draw_.one_in(2)) {
                const std::string worker = draw_.one_in(4) ? foreign_ : workers_[draw_.at(workers_.size())];
                tables_.add_task(100 + id, id, worker, now_ - 10s);
                workflows_[id].task = 100 + id;
            }
        }
        auto client = tables_.connect();
        client.store->ping();
        test::prove_cluster(*client.journal, *cluster_, now_);
        if (wide_ && draw_.one_in(4)) {
            for (const auto& [id, workflow] : workflows_)
                tables_.widen(id, static_cast<std::size_t>(draw_.below(100'000)));
        }
        daemons_.resize(1 + draw_.at(2));
        for (std::size_t i = 0; i < daemons_.size(); ++i) restart(i);
    }

    static std::string address(int number) { return "10.0.0." + std::to_string(number + 1) + ":5678"; }
    [[nodiscard]] bool second_generation() const { return schema_.generation == model::Generation::workflow; }

    void start(const std::string& host, model::Instant startup) {
        living_[host] = ++last_process_;
        cluster_->add_master({host}, startup, last_process_);
    }

    Daemon& daemon() { return *daemons_[acting_]; }
    void restart(std::size_t number) {
        daemons_[number].reset();
        daemons_[number] = std::make_unique<Daemon>(*this, static_cast<int>(number) + 1);
    }
    void move_clock(std::chrono::seconds by) {
        now_ += by;
        tables_.set_now(now_);
    }

    /// Time itself never goes back: a clock that was set back is set right again after the sweep.
    void jump(std::chrono::seconds by) {
        if (by < 0s) set_back_ -= by;
        move_clock(by);
    }

    // ---- the course ----

    void one_step() {
        switch (draw_.below(wide_ ? 14 : 10)) {
            case 0:
                acting_ = draw_.at(daemons_.size());
                tell(fmt::format("daemon {} restarts", acting_ + 1));
                restart(acting_);
                break;
            case 1: {
                const int seconds = 5 + draw_.below(90);
                tell(fmt::format("{} s pass", seconds));
                move_clock(std::chrono::seconds{seconds});
                break;
            }
            case 2:
                kill_a_master();
                break;
            case 3:
                start_a_master();
                break;
            case 4:
                take_up(draw_.one_in(4));
                break;
            case 5:
                move_a_worker();
                break;
            case 10:
                if (!second_generation()) add_to_history(draw_.one_in(2));
                break;
            case 11:
                release(drawn_workflow());
                break;
            case 12:
                if (daemons_.size() < 2) break;
                cut_off_ = draw_.at(daemons_.size());
                tell(fmt::format("daemon {} loses its way to the database for good", *cut_off_ + 1));
                break;
            default:
                acting_ = draw_.at(daemons_.size());
                faults_.arm();
                sweep();
                faults_.disarm();
        }
    }

    void kill_a_master() {
        if (living_.empty()) return;
        auto dying = living_.begin();
        std::advance(dying, draw_.below(static_cast<int>(living_.size())));
        tell("master " + dying->first + " dies");
        cluster_->remove_master({dying->first});
        living_.erase(dying);
    }

    void start_a_master() {
        const auto host = address(draw_.below(4));
        move_clock(5s);
        // At the address of one that lives: that one dies, and its successor is there at once.
        tell("master " + host + (living_.contains(host) ? " restarts" : " starts"));
        start(host, now_ - 2s);
    }

    /// A worker loses its registration, or has it again.
    void move_a_worker() {
        if (!schema_.marks_tasks()) return;
        const model::WorkerAddress worker{workers_[draw_.at(workers_.size())]};
        const bool there = cluster_->workers.contains(worker);
        tell("worker " + worker.text + (there ? " loses its registration" : " registers"));
        if (there) {
            cluster_->remove_worker(worker);
        } else {
            cluster_->add_worker(worker, now_ - 1h, 900);
        }
    }

    std::int64_t drawn_workflow() { return 1 + draw_.below(static_cast<int>(workflows_.size())); }

    /// The API writes state_history, whoever owns the row: of a lost workflow that a person stops, or of any for the
    /// sake of another.
    void add_to_history(bool stops) {
        const auto id = drawn_workflow();
        MasterRow row = *tables_.row(id);
        if (stops && !runs(workflows_.at(id)) && row.state == 1) {
            tell(fmt::format("a person stops workflow {}", id));
            row.state = 4;
        } else {
            tell(fmt::format("another adds to the history of workflow {}", id));
        }
        row.history = now_;
        tables_.update(row);
    }

    void release(std::int64_t id) {
        tell(fmt::format("a person releases workflow {}", id));
        const auto& client = daemons_.front()->client;
        if (!client.journal->inspect().ready) return;
        model::ControlNote note;
        note.at = now_;
        note.action = model::ControlAction::release;
        note.instance = model::WorkflowInstanceId{id};
        note.who = "test";
        note.why = "mended";
        client.journal->note(note);
    }

    void take_up(bool fails) {
        move_clock(2s);
        if (living_.empty()) return;
        const auto commands = tables_.commands();
        if (commands.empty()) return;
        const auto& command = commands[draw_.at(commands.size())];
        auto& workflow = workflows_.at(command.instance);
        if (fails && workflow.failures == 0) {
            tell(fmt::format("command {} of workflow {} fails", command.id, command.instance));
            tables_.fail(command, "drawn");
            workflow.pending = 0;
            workflow.stranded = true;
            ++workflow.failures;
            return;
        }
        auto taker = living_.begin();
        std::advance(taker, draw_.below(static_cast<int>(living_.size())));
        tell(fmt::format("{} takes command {} of workflow {} up", taker->first, command.id, command.instance));
        MasterRow row = *tables_.row(command.instance);
        row.host = taker->first;
        row.restart = now_;
        row.state = second_generation() ? command.old_state : row.state;
        tables_.take_up(command, row);
        workflow.pending = 0;
        workflow.stranded = false;
        workflow.owner = taker->second;
    }

    void sweep() {
        tell(fmt::format("daemon {} sweeps", acting_ + 1));
        for (const auto& [worker, heartbeat] : cluster_->workers) shown_.insert(worker);
        try {
            const auto report = daemon().sweeper.sweep({}, {});
            if (told_) tell_report(report);
        } catch (const Died&) {
            restart(acting_);
        }
        move_clock(set_back_);
        set_back_ = 0s;
        tables_.changed();
        check();
    }

    // ---- the invariants ----

    [[nodiscard]] bool runs(const Workflow& workflow) const {
        return std::any_of(living_.begin(), living_.end(),
                           [&](const auto& master) { return master.second == workflow.owner; });
    }

    void check() {
        for (const auto& command : tables_.commands()) {
            auto& workflow = workflows_.at(command.instance);
            if (workflow.pending == command.id) continue;
            if (workflow.pending != 0)
                return broken(fmt::format("workflow {} has commands {} and {} for one loss", command.instance,
                                          workflow.pending, command.id));
            if (runs(workflow) && !workflow.stranded)
                return broken(
                    fmt::format("workflow {} got command {} although its master lives", command.instance, command.id));
            workflow.pending = command.id;
            workflow.stranded = false;
            ours_.insert(command.id);
        }
        for (const auto& [id, workflow] : workflows_) {
            if (workflow.task != 0 && killer_.asked.contains(workflow.task) && runs(workflow) &&
                workflow.pending == 0 && !ever_lost(id))
                return broken(fmt::format("a task of workflow {} was killed although its master lives", id));
        }
        for (const auto& worker : killer_.workers) {
            if (!shown_.contains(worker))
                return broken(fmt::format("a kill message went to {}, which only a row named", worker.text));
        }
        check_journal();
    }

    /// It has had more than its first owner.
    [[nodiscard]] bool ever_lost(std::int64_t id) { return tables_.row(id)->restart.has_value(); }

    /// Every write is in the journal, and nothing else.
    void check_journal() {
        std::set<std::int64_t> journaled;
        for (const auto& entry : daemon().client.journal->entries(std::nullopt, 1000))
            journaled.insert(entry.command.value_or(-1));
        if (journaled != ours_)
            broken(fmt::format("{} commands were written, {} are in the journal", ours_.size(), journaled.size()));
    }

    void broken(std::string what) {
        if (!broken_) broken_ = std::move(what);
    }

    /// The faults are over: whatever was lost is recovered, once.
    void recover() {
        tell("the faults end");
        killer_.all_answer = true;
        start(address(9), now_ + 1s);
        // A cluster at work starts workflows, which proves the zone, on each master.
        std::int64_t fresh = 90;
        for (const auto& [host, process] : living_) {
            tables_.insert({fresh, 1, host, now_ + 2s, std::nullopt, now_ + 2s});
            workflows_[fresh++].owner = process;
        }
        for (int round = 0; round < 40 && !broken_; ++round) {
            move_clock(60s);
            // mass_loss lifts with a master that registered since.
            if (round == 5) start(address(8), now_ - 2s);
            if (round == 3) release_what_failed();
            for (acting_ = 0; acting_ < daemons_.size() && !broken_; ++acting_) sweep();
            acting_ = 0;
            while (!broken_ && !tables_.commands().empty()) take_up(false);
            if (round > 6 && all_run()) break;
        }
        for (const auto& [id, workflow] : workflows_) {
            if (broken_ || runs(workflow) || left_to_a_person(id)) continue;
            broken(fmt::format("workflow {} was not recovered", id));
        }
    }

    /// What a command failed for is a person's affair: one mends it and says so.
    void release_what_failed() {
        for (const auto& [id, workflow] : workflows_) {
            if (!workflow.stranded) continue;
            release(id);
        }
    }

    [[nodiscard]] bool all_run() const {
        return std::all_of(workflows_.begin(), workflows_.end(), [&](const auto& one) { return runs(one.second); });
    }

    /// A worker that could not be reached three times is a person's affair.
    bool left_to_a_person(std::int64_t id) {
        for (const auto& daemon : daemons_) {
            const auto report = daemon->sweeper.sweep({}, {});
            for (const auto& notice : report.notices) {
                const auto verdict = notice.judgement.verdict;
                const bool unreachable = notice.judgement.reason.find("could not be reached") != std::string::npos;
                if (notice.id.value == id && verdict == model::Verdict::ambiguous && unreachable) return true;
                if (notice.id.value == id)
                    tell(fmt::format("workflow {}: {} ({})", id, model::name(verdict), notice.judgement.reason));
            }
        }
        return false;
    }

    // ---- the story ----

    void tell(const std::string& what) {
        if (told_) course_ += fmt::format("  {} {}\n", model::rfc3339(now_).substr(11, 8), what);
    }
    void tell_report(const model::SweepReport& report) {
        if (!report.failure.empty()) tell("  . failed: " + report.failure);
        for (const auto& hold : report.holds) tell(fmt::format("  . {}: {}", model::name(hold.guard), hold.reason));
        for (const auto& action : report.actions)
            tell(fmt::format("  . workflow {} {} {}", action.id.value, model::name(action.outcome), action.reason));
        for (const auto& notice : report.notices)
            tell(fmt::format("  . workflow {} {}: {}", notice.id.value, model::name(notice.judgement.verdict),
                             notice.judgement.reason));
    }

    Draw draw_;
    test::Tables& tables_;
    bool told_;
    bool wide_;
    model::SchemaFacts schema_;
    model::Policy policy_;
    model::Instant now_ = test::noon;
    std::shared_ptr<fakes::FakeCluster> cluster_ = std::make_shared<fakes::FakeCluster>();
    const std::array<const char*, 2> workers_{"10.0.1.1:1234", "10.0.1.2:1234"};
    const std::string foreign_ = "10.0.1.9:1234";  ///< only task rows name it
    std::set<model::WorkerAddress> shown_;         ///< workers that were registered while a daemon swept
    DrawnKiller killer_;
    spdlog::logger log_;
    Faults faults_;
    test::PortHook hook_;
    std::vector<std::unique_ptr<Daemon>> daemons_;
    std::size_t acting_ = 0;
    std::optional<std::size_t> cut_off_;  ///< the daemon that does not reach the database, for good
    std::chrono::seconds set_back_{0};

    std::map<std::string, int> living_;  ///< address -> number of the process
    int last_process_ = 100;
    std::map<std::int64_t, Workflow> workflows_;
    std::set<std::int64_t> ours_;  ///< commands
    std::optional<std::string> broken_;
    std::string course_;
};

}  // namespace

model::SchemaFacts schema_of(std::uint64_t seed) {
    return seed % 2 == 0 ? test::schema_3_1() : test::schema_3_4();
}

Verdict run_trial(std::uint64_t seed, test::Tables& tables, bool told, bool wide) {
    return Trial(seed, tables, told, wide).run();
}

}  // namespace dsr::faults
