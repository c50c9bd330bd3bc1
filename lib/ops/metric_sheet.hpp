// SPDX-License-Identifier: Apache-2.0
// Short ways to create metrics of prometheus-cpp: one alone, or one for each name of a list, all present from the
// start, so that an unused series is 0 and not missing. The registry owns and outlives them.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <array>
#include <chrono>
#include <string>
#include <string_view>

#include "model/durations.hpp"

namespace dsr::ops {

inline constexpr const char* prefix = "ds_reconciler_";

/// In the order of an enum with these names.
template <class Metric, std::size_t N>
using ByName = std::array<Metric*, N>;

class MetricSheet {
public:
    using Buckets = prometheus::Histogram::BucketBoundaries;

    prometheus::Family<prometheus::Counter>& counters(const std::string& name, const std::string& help) {
        return prometheus::BuildCounter().Name(prefix + name).Help(help).Register(registry_);
    }
    prometheus::Family<prometheus::Gauge>& gauges(const std::string& name, const std::string& help) {
        return prometheus::BuildGauge().Name(prefix + name).Help(help).Register(registry_);
    }
    prometheus::Family<prometheus::Histogram>& histograms(const std::string& name, const std::string& help) {
        return prometheus::BuildHistogram().Name(prefix + name).Help(help).Register(registry_);
    }

    prometheus::Counter& counter(const std::string& name, const std::string& help) {
        return counters(name, help).Add({});
    }
    prometheus::Gauge& gauge(const std::string& name, const std::string& help) { return gauges(name, help).Add({}); }
    prometheus::Histogram& histogram(const std::string& name, const std::string& help, const Buckets& buckets) {
        return histograms(name, help).Add({}, buckets);
    }
    /// Of the process, with the names that all Prometheus clients use.
    prometheus::Gauge& process_gauge(const std::string& name, const std::string& help) {
        return prometheus::BuildGauge().Name("process_" + name).Help(help).Register(registry_).Add({});
    }

    /// One of the family for each name, which is the value of the label.
    template <class Metric, std::size_t N, class... Arguments>
    static ByName<Metric, N> each(prometheus::Family<Metric>& family, const std::string& label,
                                  const std::array<std::string_view, N>& names, const Arguments&... arguments) {
        ByName<Metric, N> made{};
        for (std::size_t i = 0; i < N; ++i) made[i] = &family.Add({{label, std::string(names[i])}}, arguments...);
        return made;
    }

    [[nodiscard]] const prometheus::Registry& registry() const { return registry_; }

private:
    prometheus::Registry registry_;
};

inline double seconds(std::chrono::microseconds duration) {
    return std::chrono::duration<double>(duration).count();
}

inline void feed(prometheus::Histogram& histogram, const model::Durations& durations) {
    for (const auto& run : durations.runs()) {
        for (std::uint64_t i = 0; i < run.times; ++i) histogram.Observe(seconds(run.took));
    }
}

}  // namespace dsr::ops
