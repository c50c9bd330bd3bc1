// SPDX-License-Identifier: Apache-2.0
// The daemon's counters, gauges and histograms for Prometheus, updated from sweep reports and a few other calls.
// docs/metrics.md lists them all. No label has an id, a host, or another unbounded value.
//
// Thread: every call from any thread at any time, text() included; only observe() and alert_channel() allow one call at
// a time. A scrape may see a report partly, but never a partly updated metric.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "model/instant.hpp"
#include "model/registry_link.hpp"
#include "model/service_kinds.hpp"
#include "model/sweep_report.hpp"

namespace prometheus {
class Gauge;
}

namespace dsr::ops {

/// Resident bytes of this process, from /proc; 0 if it cannot be read. Any thread.
std::uint64_t resident_memory();

class Metrics {
public:
    /// version: of this daemon. started: the process.
    Metrics(const std::string& version, model::Instant started);
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    /// Takes the results of a finished sweep. Metrics of what it did not observe keep their values.
    void observe(const model::SweepReport& report);

    /// The cluster's name in the present configuration, as a label of build_info. One call at a time.
    void cluster(const std::string& name);

    /// failover.mode of the present configuration.
    void mode(bool shadow);

    /// sweep.interval of the present configuration.
    void sweep_interval(model::Milliseconds interval);

    /// The configuration was read, at start or by a reload, and is in force, or was refused.
    void config_loaded(bool in_force, model::Instant at);

    /// A change of the session with the registry.
    void registry_link(model::RegistryKind kind, model::RegistryLink link);

    /// A channel's totals so far; the first call creates its series. One call at a time.
    void alert_channel(const model::ChannelCounts& counts);

    /// In Prometheus' text format: the answer to GET /metrics, as "text/plain; version=0.0.4".
    [[nodiscard]] std::string text() const;

private:
    struct Sheet;
    std::unique_ptr<Sheet> sheet_;
    std::string version_;
    prometheus::Gauge* build_info_ = nullptr;  ///< of the present cluster; owned by the sheet
};

}  // namespace dsr::ops
