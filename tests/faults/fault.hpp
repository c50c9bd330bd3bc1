// SPDX-License-Identifier: Apache-2.0
// What may go wrong at an operation, drawn before each sweep: before it (nothing was done) or after (done, but the
// answer is lost), with every meaning; or the process dies, the session is lost, the clock jumps, others act.
#pragma once

#include <functional>
#include <map>
#include <random>
#include <string>
#include <string_view>

#include "model/failure.hpp"
#include "support/hooked_ports.hpp"

namespace dsr::faults {

/// The daemon's process ends here: passes through everything, for it is no std::exception.
struct Died {};

/// Draws by plain arithmetic: a seed must mean the same everywhere.
class Draw {
public:
    explicit Draw(std::uint64_t seed) : dice_(seed * 0x9E3779B97F4A7C15U + 1) {}
    int below(int end) { return static_cast<int>(dice_() % static_cast<std::uint64_t>(end)); }
    std::size_t at(std::size_t size) { return dice_() % size; }
    bool one_in(int count) { return below(count) == 0; }

private:
    std::mt19937_64 dice_;
};

class Faults {
public:
    struct Effects {
        std::function<void()> lose_session;
        std::function<void(int seconds)> move_clock;
        std::function<void()> others_act;  ///< masters, or another daemon; may be empty
        std::function<void(std::string)> tell;
    };
    Faults(Draw& draw, Effects effects) : draw_(draw), effects_(std::move(effects)) {}

    /// Draws where the next sweep's faults strike: up to three, by number of the moment. Others act at some moment of
    /// the first turn, too, in which the sweep looks once more and writes.
    void arm() {
        struck_at_.clear();
        moment_ = moment_of_turn_ = others_act_at_ = 0;
        const int kinds = effects_.others_act ? 16 : 12;
        for (int count = draw_.below(4); count > 0; --count) struck_at_[1 + draw_.below(60)] = draw_.below(kinds);
        if (effects_.others_act && draw_.one_in(2)) others_act_at_ = 1 + draw_.below(30);
    }
    void disarm() {
        struck_at_.clear();
        others_act_at_ = 0;
    }
    [[nodiscard]] int struck() const { return struck_; }

    void at(std::string_view operation, test::Moment moment) {
        // Destructors: what they cannot tell anybody does not fail.
        const bool silent =
            operation == "registry.release" || operation == "registry.resign" || operation == "store.end_failover";
        if (silent) return;
        if (others_act_at_ > 0 && (moment_of_turn_ > 0 || operation == "registry.acquire") &&
            ++moment_of_turn_ == others_act_at_) {
            ++struck_;
            effects_.others_act();
        }
        if (struck_at_.empty()) return;
        const auto strike = struck_at_.find(++moment_);
        if (strike == struck_at_.end()) return;
        ++struck_;
        const bool after = moment == test::Moment::after;
        if (strike->second >= 12) return effects_.others_act();
        const auto where = std::string(after ? "after " : "before ") + std::string(operation);
        switch (strike->second) {
            case 0:
                effects_.tell("  the daemon dies " + where);
                throw Died{};
            case 1:
                effects_.tell("  its session is lost " + where);
                return effects_.lose_session();
            case 2: {
                const int seconds = draw_.below(400) - 60;
                effects_.tell("  the clock jumps by " + std::to_string(seconds) + " s " + where);
                return effects_.move_clock(seconds);
            }
            default:
                // A killer only ever answers.
                if (!operation.starts_with("killer.")) fail(operation, after, where);
        }
    }

private:
    void fail(std::string_view operation, bool after, const std::string& where) {
        using model::ErrorKind;
        // What was done must not be told as surely not done. Of everything but a commit that only means to ask again.
        const bool commits = operation == "store.commit";
        const ErrorKind error_kinds[] = {ErrorKind::unknown_outcome, ErrorKind::retry, ErrorKind::conflict,
                                         ErrorKind::permanent};
        const ErrorKind error_kind = after && commits ? ErrorKind::unknown_outcome : error_kinds[draw_.below(4)];
        effects_.tell("  failure (" + std::to_string(static_cast<int>(error_kind)) + ") " + where);
        throw model::Failure(error_kind, "drawn fault " + where);
    }

    Draw& draw_;
    Effects effects_;
    std::map<int, int> struck_at_;
    int moment_ = 0;
    int moment_of_turn_ = 0;  ///< counted from the first lock on
    int others_act_at_ = 0;   ///< of these; 0: they do not
    int struck_ = 0;
};

}  // namespace dsr::faults
