// SPDX-License-Identifier: Apache-2.0
// What this daemon tells Prometheus: counters, gauges and histograms, fed from sweep reports and from a few calls
// beside them. docs/metrics.md lists them all. No label carries an id, a host, or anything else that has no bound.
//
// Thread: every call from any thread at any time, text() included; only observe() and alert_channel() are one call at a
// time. A scrape may fall between two metrics of one report, never into the middle of one metric.
#pragma once

#include <memory>
#include <string>

#include "model/channel_counts.hpp"
#include "model/instant.hpp"
#include "model/registry_link.hpp"
#include "model/sweep_report.hpp"

namespace dsr::ops {

class Metrics {
public:
    /// version: of this daemon. started: the process.
    Metrics(const std::string& version, model::Instant started);
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    /// What a sweep that has ended saw and did. What it did not get to see keeps its value.
    void observe(const model::SweepReport& report);

    /// sweep.interval, as it is configured now.
    void sweep_interval(model::Milliseconds interval);

    /// What became of our session with the registry.
    void registry_link(model::RegistryLink link);

    /// What became of a channel's alerts so far, from the first call on shown under its name. One call at a time.
    void alert_channel(const model::ChannelCounts& counts);

    /// In Prometheus' text format: what GET /metrics answers, as "text/plain; version=0.0.4".
    [[nodiscard]] std::string text() const;

private:
    struct Sheet;
    std::unique_ptr<Sheet> sheet_;
};

}  // namespace dsr::ops
