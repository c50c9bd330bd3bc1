// SPDX-License-Identifier: Apache-2.0
// simulate: how a cluster of 1,000 masters and 10 million unfinished instances fares that loses masters, drawn from a
// seed. Prints time to recover, load on database and registry, and memory. Exit 1 when a row was not recovered exactly
// once, or when memory grew with the number of rows.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <exception>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "model/durations.hpp"
#include "ops/metrics.hpp"
#include "simulate/simulation.hpp"

namespace {

using namespace dsr;
using namespace dsr::simulate;

constexpr double mebibyte = 1024.0 * 1024.0;
constexpr double max_growth = 8.0;  // MiB between a tenth of the rows and all of them

/// As the other benchmarks report (tests/bench/harness.py).
struct Table {
    std::string title;
    std::vector<std::string> columns;
    std::vector<std::vector<std::string>> rows;

    void print() const {
        std::vector<std::size_t> widths(columns.size());
        const auto measure = [&](const std::vector<std::string>& row) {
            for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
        };
        const auto line = [&](const std::vector<std::string>& row) {
            for (std::size_t i = 0; i < row.size(); ++i) fmt::print("  {:<{}}", row[i], widths[i]);
            fmt::print("\n");
        };
        measure(columns);
        for (const auto& row : rows) measure(row);
        fmt::print("\n{}\n", title);
        line(columns);
        for (const auto& row : rows) line(row);
    }
    [[nodiscard]] nlohmann::json json() const { return {{"title", title}, {"columns", columns}, {"rows", rows}}; }
};

std::string seconds(std::chrono::microseconds time) {
    return fmt::format("{:.1f}", static_cast<double>(time.count()) / 1e6);
}

/// The shortest time that at least this share of the rows does not exceed.
std::chrono::microseconds percentile(std::vector<std::pair<std::chrono::microseconds, std::uint64_t>> times,
                                     double share) {
    std::sort(times.begin(), times.end());
    std::uint64_t all = 0;
    for (const auto& [time, rows] : times) all += rows;
    auto left = static_cast<std::uint64_t>(std::ceil(static_cast<double>(all) * share));
    for (const auto& [time, rows] : times) {
        if (rows >= left) return time;
        left -= rows;
    }
    return {};
}

/// What a first sweep adds to this process, with so many rows and nobody lost.
double growth(Size size, std::uint64_t rows) {
    size.rows = rows;
    size.single_losses = size.rack = 0;
    Simulation quiet(size);
    const auto before = ops::resident_memory();
    const auto after = quiet.sweep().memory;
    return static_cast<double>(after - std::min(before, after)) / mebibyte;
}

Table recovery(const Simulation& cluster) {
    const auto times = cluster.recovery_times();
    Table table{"Time to recover, s of the virtual clock: from the loss of a master to the committed command",
                {"masters lost", "rows lost", "p50", "p99", "most"},
                {}};
    const auto& instances = cluster.instances();
    table.rows.push_back({std::to_string(instances.losses().size()),
                          std::to_string(instances.losses().size() * instances.rows_of_a_master()),
                          seconds(percentile(times, 0.5)), seconds(percentile(times, 0.99)),
                          seconds(percentile(times, 1.0))});
    return table;
}

Table load(const Simulation& cluster) {
    Table table{"Each sweep",
                {"at, s", "took, s", "computed, s", "pages", "statements", "rows read", "recovered", "batches",
                 "requests", "their round trips", "resident, MiB"},
                {}};
    const auto& sweeps = cluster.sweeps();
    for (const auto& sweep : sweeps) {
        const auto& of = sweep.load;
        table.rows.push_back(
            {seconds(sweep.began - sweeps.front().began), seconds(sweep.took), fmt::format("{:.1f}", sweep.computed),
             std::to_string(of.pages), std::to_string(of.statements), std::to_string(of.rows_read),
             std::to_string(sweep.recovered), std::to_string(of.batches), std::to_string(of.requests),
             std::to_string(of.round_trips), fmt::format("{:.1f}", static_cast<double>(sweep.memory) / mebibyte)});
    }
    return table;
}

int simulate_cluster(const Size& size, const std::string& report) {
    const auto few = growth(size, size.rows / 10);
    const auto many = growth(size, size.rows);
    Table memory{"Memory that a first, quiet sweep adds", {"unfinished rows", "MiB"}, {}};
    memory.rows = {{std::to_string(size.rows / 10), fmt::format("{:.1f}", few)},
                   {std::to_string(size.rows), fmt::format("{:.1f}", many)}};

    Simulation cluster(size);
    cluster.run();

    const std::vector<Table> tables{recovery(cluster), load(cluster), memory};
    const auto title = fmt::format("Simulated: {} masters, {} workers, {} unfinished instances", size.masters,
                                   size.workers, size.rows);
    const auto note = fmt::format(
        "seed {}; {} rows read and judged in a second, {} handed over, {} requests to ZooKeeper; masters' own failover "
        "never works; defaults of the configuration",
        size.seed, size.pace.read_rows, size.pace.apply_rows, size.pace.requests);
    fmt::print("{}\n{}\n", title, note);
    for (const auto& table : tables) table.print();
    if (!report.empty()) {
        nlohmann::json json{{"title", title},
                            {"tables", nlohmann::json::array()},
                            {"bars", nlohmann::json::array()},
                            {"notes", {note}},
                            {"missing", nlohmann::json::array()}};
        for (const auto& table : tables) json["tables"].push_back(table.json());
        std::ofstream(report) << json.dump(1);
    }
    if (many > few + max_growth) {
        std::cerr << "memory grew with the number of rows\n";
        return 1;
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    Size size;
    std::string report;
    bool quick = false;
    CLI::App app{"A cluster of many masters and unfinished instances that loses some, on a virtual clock"};
    app.add_flag("--quick", quick, "a twentieth of the rows: a smoke run");
    app.add_option("--masters", size.masters, "masters")->check(CLI::Range(2, 60'000))->capture_default_str();
    app.add_option("--workers", size.workers, "workers")->check(CLI::Range(0, 60'000))->capture_default_str();
    app.add_option("--rows", size.rows, "unfinished instances, in whole thousands of a master each")
        ->capture_default_str();
    app.add_option("--losses", size.single_losses, "masters that go one by one")->capture_default_str();
    app.add_option("--rack", size.rack, "masters that go at once")->capture_default_str();
    app.add_option("--seed", size.seed, "what is drawn")->capture_default_str();
    app.add_option("--read-rate", size.pace.read_rows, "rows read and judged in a second")->capture_default_str();
    app.add_option("--apply-rate", size.pace.apply_rows, "rows handed over in a second")->capture_default_str();
    app.add_option("--registry-rate", size.pace.requests, "pipelined requests in a second")->capture_default_str();
    app.add_option("--report", report, "write what was found to this file, for tests/bench/run");
    CLI11_PARSE(app, argc, argv);
    if (quick) size.rows /= 20;
    size.rows = std::max<std::uint64_t>(10, size.rows / size.masters / 10 * 10) * size.masters;
    if (size.single_losses + size.rack >= size.masters / 2) {
        std::cerr << "so many losses are a mass loss, which holds: fewer --losses, or more --masters\n";
        return 2;
    }
    try {
        return simulate_cluster(size, report);
    } catch (const std::exception& error) {
        std::cerr << "simulate: " << error.what() << '\n';
        return 1;
    }
}
