// SPDX-License-Identifier: Apache-2.0
// One of our daemons: the real Sweeper on a thread of its own, which stops before every operation on a port. It sweeps
// whenever a sweep is due. kill() ends it there as kill -9 would: its session expires later, its transaction is rolled
// back, its memory is gone.
#pragma once

#include <spdlog/logger.h>

#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>

#include "explorer/actor.hpp"
#include "explorer/cluster.hpp"
#include "explorer/faulty_view.hpp"
#include "explorer/schedule.hpp"
#include "model/policy.hpp"
#include "model/sweep_report.hpp"

namespace dsr::explorer {

class Replica final : public Actor {
public:
    Replica(Cluster& cluster, int number, const model::Policy& policy, const FaultyView& faulty_view);
    ~Replica() override;

    [[nodiscard]] std::string name() const override { return "daemon " + std::to_string(number_); }
    [[nodiscard]] std::string doing() const override;
    [[nodiscard]] bool enabled() override;
    void step() override;
    [[nodiscard]] bool gives_way() const override { return between_sweeps_; }
    [[nodiscard]] std::string told() const override;
    [[nodiscard]] std::optional<model::Instant> wakes_at() override;

    void kill();
    void restart();
    /// Its session of ZooKeeper is lost; the process goes on.
    void lose_session();
    /// Its process stands still, past the time of its ticket in the database; nothing tells it so.
    void stall();
    void wake() { stalled_ = false; }
    /// Its machine's clock is set.
    void step_clock(std::chrono::microseconds by) { clock_ += by; }
    /// It alone does not reach the database.
    void cut_database(bool off) { database_cut_ = off; }
    /// Its next commit is done, but the answer does not arrive.
    void lose_commit_answer() { answer_lost_ = true; }

    [[nodiscard]] const model::SweepReport& last_report() const { return report_; }
    [[nodiscard]] int sweeps() const { return sweeps_; }

private:
    struct Parts;

    void run();
    void stop_before(std::string_view operation);
    void look_after(std::string_view operation);
    void note_commands();
    void look_for_fenced();
    void fence_late();
    [[nodiscard]] std::set<model::MasterAddress> accepting(std::span<const model::MasterAddress> addresses);
    [[nodiscard]] model::Instant time() const { return cluster_.now + clock_; }
    [[nodiscard]] bool blocked() const;

    Cluster& cluster_;
    int number_;
    model::Policy policy_;
    FaultyView faulty_view_;
    test::PortHook hook_;
    spdlog::logger log_;
    std::unique_ptr<Parts> parts_;
    std::unique_ptr<Schedule> thread_;

    std::string next_operation_;
    std::chrono::microseconds clock_{0};
    bool database_cut_ = false;
    bool answer_lost_ = false;
    bool in_transaction_ = false;
    bool stalled_ = false;
    std::optional<FaultyRegistry::LateFence> late_fence_;
    std::int64_t looked_ = 0;        ///< the moment of the last look at the registry
    std::int64_t batch_before_ = 0;  ///< and that before which the rows of the batch at hand can have been looked at
    bool between_sweeps_ = true;
    bool killed_ = false;
    bool waits_for_lock_ = false;
    model::Instant waits_until_;
    model::Instant next_sweep_;
    model::SweepReport report_;
    int sweeps_ = 0;
    std::map<std::string, std::string> markers_before_;
};

}  // namespace dsr::explorer
