// SPDX-License-Identifier: Apache-2.0
#include "simulate/simulation.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "ops/metrics.hpp"
#include "support/builders.hpp"

namespace dsr::simulate {

using namespace model;

namespace {

constexpr std::chrono::hours up_since{24};
constexpr std::chrono::hours longest{24};

/// So many reads a session has under way at once.
constexpr std::uint64_t under_way = 512;

}  // namespace

std::vector<Loss> Simulation::draw_losses(const Size& size, Instant begin) {
    std::vector<Loss> losses;
    std::vector<bool> taken(size.masters);
    std::uint64_t draws = 0;
    const auto draw = [&](std::uint64_t below) { return drawn(size.seed ^ 0x5eed, draws++) % below; };
    const auto master = [&] {
        auto index = static_cast<std::size_t>(draw(size.masters));
        while (taken[index]) index = (index + 1) % size.masters;
        taken[index] = true;
        return index;
    };
    const auto within = [&](std::chrono::microseconds span) {
        return std::chrono::microseconds{static_cast<std::int64_t>(draw(static_cast<std::uint64_t>(span.count())))};
    };
    for (std::size_t i = 0; i < size.single_losses; ++i) {
        Loss loss{master(), begin + std::chrono::minutes{3} + within(size.within), std::nullopt};
        if (i % 4 == 3) loss.back = loss.at + std::chrono::seconds{40} + within(std::chrono::minutes{1});
        losses.push_back(std::move(loss));
    }
    const auto rack = begin + std::chrono::minutes{3} + within(size.within);
    for (std::size_t i = 0; i < size.rack; ++i) losses.push_back({master(), rack, std::nullopt});
    std::sort(losses.begin(), losses.end(), [](const Loss& a, const Loss& b) { return a.at < b.at; });
    return losses;
}

Simulation::Simulation(const Size& size)
    : size_(size),
      meter_(size.pace, test::noon),
      instances_(size.rows, size.masters, size.seed, draw_losses(size, test::noon), meter_),
      registry_(cluster_, "simulated"),
      store_(instances_, meter_),
      journal_(instances_, meter_),
      log_("simulate"),
      dice_(size.seed),
      sweeper_(sweep::SweepContext{registry_, store_, journal_, killer_, log_, [this] { return meter_.now(); }, "0.0.0",
                                   "simulated"},
               alert::AlertDispatcher({}, std::chrono::minutes{60}, log_), Policy{}) {
    cluster_->now = [this] { return meter_.now(); };
    cluster_->marker_directory = true;
    for (std::size_t i = 0; i < size.masters; ++i)
        cluster_->add_master({Instances::address(i)}, test::noon - up_since, static_cast<std::int64_t>(i + 1));
    for (std::size_t i = 0; i < size.workers; ++i)
        cluster_->add_worker({"10.1." + std::to_string(i / 250) + "." + std::to_string(i % 250 + 1) + ":1234"},
                             test::noon - up_since, static_cast<std::int64_t>(i + 1));
    for (const auto& loss : instances_.losses()) {
        changes_.push_back({loss.at, loss.master, false});
        if (loss.back) changes_.push_back({*loss.back, loss.master, true});
    }
    std::stable_sort(changes_.begin(), changes_.end(), [](const Change& a, const Change& b) { return a.at < b.at; });
    registry_.hook = [this](fakes::Operation operation, fakes::Moment moment) { registry_asked(operation, moment); };
}

void Simulation::pass_time() {
    for (; changed_ < changes_.size() && changes_[changed_].at <= meter_.now(); ++changed_) {
        const auto& change = changes_[changed_];
        const MasterAddress address{Instances::address(change.master)};
        if (change.comes) {
            cluster_->add_master(address, change.at, static_cast<std::int64_t>(size_.masters + change.master + 1));
        } else {
            cluster_->remove_master(address);
        }
    }
}

void Simulation::registry_asked(fakes::Operation operation, fakes::Moment moment) {
    using fakes::Operation;
    if (moment == fakes::Moment::after) return;
    switch (operation) {
        case Operation::observe: {
            const auto nodes = cluster_->masters.size() + 2 * cluster_->workers.size() + cluster_->markers.size();
            meter_.ask(7 + nodes, 5 + nodes / under_way);
            break;
        }
        case Operation::registered:
        case Operation::live_master_count:
        case Operation::lead:
            meter_.ask(2, 2);
            break;
        case Operation::acquire:
            meter_.ask(3, 3);
            break;
        default:
            meter_.ask(1);
    }
    pass_time();
    if (operation == Operation::observe) changed_when_seen_ = changed_;
}

SweepSeen Simulation::sweep() {
    pass_time();
    SweepSeen seen;
    seen.began = meter_.now();
    const auto before = meter_.load();
    const auto begun = std::chrono::steady_clock::now();
    last_ = sweeper_.sweep({}, {});
    seen.computed = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    seen.took = meter_.now() - seen.began;
    seen.load = meter_.load() - before;
    seen.recovered = last_->count(Outcome::recovered);
    seen.memory = ops::resident_memory();
    if (last_->outcome == SweepReport::Outcome::failed) throw std::runtime_error("a sweep failed: " + last_->failure);
    sweeps_.push_back(seen);
    return seen;
}

Instant Simulation::next_sweep(const SweepReport& report) {
    const auto dice = std::uniform_real_distribution<double>(0.0, 1.0)(dice_);
    auto at = meter_.now() + sweep::wait_after(report, cadence_, 0, dice, meter_.now());
    // The watch: of what changed since the registry was looked at, the first counts.
    if (changed_when_seen_ < changes_.size())
        at = std::min(at, std::max(meter_.now(), changes_[changed_when_seen_].at) + cadence_.debounce);
    return at;
}

void Simulation::run() {
    while (!instances_.all_recovered()) {
        if (last_) meter_.wait_until(next_sweep(*last_));
        sweep();
        if (meter_.now() - test::noon > longest) throw std::runtime_error("not all was recovered within a day");
    }
}

std::vector<std::pair<std::chrono::microseconds, std::uint64_t>> Simulation::recovery_times() const {
    std::vector<std::pair<std::chrono::microseconds, std::uint64_t>> times;
    for (const auto& batch : instances_.batches())
        times.emplace_back(batch.at - instances_.losses()[batch.loss].at, batch.rows());
    return times;
}

}  // namespace dsr::simulate
