// SPDX-License-Identifier: Apache-2.0
// Where the decisions of one run come from: who of those that could go on does so next. 0 is always what happens by
// default (whoever goes goes on, then the next in turn); a higher number is a switch out of turn.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <sstream>
#include <string>
#include <vector>

namespace dsr::explorer {

class Choices {
public:
    virtual ~Choices() = default;
    /// One of `options` (at least 1).
    std::size_t pick(std::size_t options) {
        const std::size_t chosen = options <= 1 ? 0 : next(options);
        taken_.push_back(chosen);
        return chosen;
    }
    /// All decisions so far, as Replay takes them: "position:choice" of those that are not 0.
    [[nodiscard]] std::string text() const {
        std::ostringstream out;
        for (std::size_t i = 0; i < taken_.size(); ++i) {
            if (taken_[i] != 0) out << (out.tellp() == 0 ? "" : ",") << i << ':' << taken_[i];
        }
        return out.str().empty() ? "-" : out.str();
    }

protected:
    void forget() { taken_.clear(); }
    [[nodiscard]] std::size_t position() const { return taken_.size(); }

private:
    virtual std::size_t next(std::size_t options) = 0;
    std::vector<std::size_t> taken_;
};

/// Every sequence of decisions with at most `bound` switches out of turn: run, then advance() until it is false.
class EveryChoice final : public Choices {
public:
    explicit EveryChoice(std::size_t bound) : bound_(bound) {}

    bool advance() {
        while (!path_.empty() && path_.back().chosen >= path_.back().most) path_.pop_back();
        if (path_.empty()) return false;
        ++path_.back().chosen;
        forget();
        spent_ = 0;
        return true;
    }

private:
    struct Step {
        std::size_t position = 0;
        std::size_t chosen = 0;
        std::size_t most = 0;
    };

    std::size_t next(std::size_t options) override {
        const auto at =
            std::find_if(path_.begin(), path_.end(), [&](const Step& s) { return s.position == position(); });
        if (at != path_.end()) {
            if (at->chosen != 0) ++spent_;
            return at->chosen;
        }
        if (spent_ < bound_) path_.push_back({position(), 0, options - 1});
        return 0;
    }

    std::size_t bound_;
    std::size_t spent_ = 0;
    std::vector<Step> path_;
};

/// A seeded random walk.
class Walk final : public Choices {
public:
    explicit Walk(std::uint64_t seed) : dice_(seed) { stray_ = dice_() % 40 + 2; }

private:
    std::size_t next(std::size_t options) override {
        // Not std::uniform_int_distribution: a seed must mean the same walk everywhere.
        return dice_() % 100 < stray_ ? dice_() % options : 0;
    }
    std::mt19937_64 dice_;
    std::uint64_t stray_;  ///< of 100
};

/// What text() said.
class Replay final : public Choices {
public:
    explicit Replay(const std::string& text) {
        std::istringstream in(text);
        for (std::string pair; std::getline(in, pair, ',');) {
            const auto colon = pair.find(':');
            if (colon == std::string::npos) continue;
            told_.emplace_back(std::stoul(pair.substr(0, colon)), std::stoul(pair.substr(colon + 1)));
        }
    }

private:
    std::size_t next(std::size_t options) override {
        for (const auto& [at, chosen] : told_) {
            if (at == position()) return std::min(chosen, options - 1);
        }
        return 0;
    }
    std::vector<std::pair<std::size_t, std::size_t>> told_;
};

}  // namespace dsr::explorer
