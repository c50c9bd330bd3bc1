// SPDX-License-Identifier: Apache-2.0
// The waiting alerts of one channel, and the suppression of repeats. One thread at a time: the sweep's for a channel of
// the dispatcher, the io_context's for one of the delivery.
#pragma once

#include <spdlog/logger.h>

#include <chrono>
#include <deque>
#include <map>
#include <string>

#include "alert/channel.hpp"
#include "model/sweep_report.hpp"

namespace dsr::alert {

/// Suppresses repeated alerts within alerts.suppress. In memory, the same for every channel.
class Suppression {
public:
    explicit Suppression(model::Milliseconds window) : window_(window) {}
    /// Whether `key` may be sent now. Does not record it as sent.
    [[nodiscard]] bool due(const std::string& key, model::Instant now) const;
    void told(const std::string& key, model::Instant now);
    void forget(const std::string& key) { told_.erase(key); }
    /// Takes over what `before` sent; keeps this one's window.
    void inherit(const Suppression& before) { told_ = before.told_; }

private:
    model::Milliseconds window_;
    std::map<std::string, model::Instant> told_;
};

/// First in, first out; the channel's counts and its last failure.
class AlertQueue {
public:
    /// Beyond this number the oldest alert is dropped, with a line in the log.
    static constexpr std::size_t max_waiting = 100;

    struct Item {
        Alert alert;
        model::Instant at;                            ///< when it happened
        std::chrono::steady_clock::time_point taken;  ///< when it was added first
        bool is_resolved = false;                     ///< it was added as a resolved alert
    };

    /// The log outlives the queue.
    AlertQueue(std::string channel, spdlog::logger& log) : log_(&log) { counts_.name = std::move(channel); }

    /// Adds an alert at the end. A resolved alert replaces the alerts that it ends and that still wait; it is not added
    /// if it ends only such. An alert that occurs again withdraws its waiting resolved alert.
    void add(const Alert& alert, model::Instant at);
    [[nodiscard]] bool has(const std::string& key) const;
    [[nodiscard]] bool empty() const { return items_.empty(); }
    Item take_front();
    /// After a failed try: before all others, or behind them.
    void put_back_first(Item item) { items_.push_front(std::move(item)); }
    /// The latter does nothing if an alert behind it has reversed it.
    void put_back_last(Item item);
    /// Drops all, with a line in the log that says why.
    void drop_all(const std::string& why);
    /// Counts one that was taken out and is given up.
    void count_dropped() { ++counts_.dropped; }

    /// Counts a try that succeeded (no text) or failed. Returns whether the text differs from the last one: a failure
    /// is logged once, and its end.
    bool count_try(const std::string& failure);

    [[nodiscard]] const model::ChannelCounts& counts() const { return counts_; }
    /// Takes over the alerts, the counts and the last failure of `before`.
    void inherit(const AlertQueue& before);

private:
    spdlog::logger* log_;
    std::deque<Item> items_;
    std::string last_failure_;
    model::ChannelCounts counts_;
};

/// Sends the alert. The text of the failure; empty if it was sent.
std::string try_to_send(AlertChannel& channel, const Alert& alert, model::Instant at);

}  // namespace dsr::alert
