// SPDX-License-Identifier: Apache-2.0
// The virtual clock, and what was asked of database and registry: whoever is asked moves the clock on by what the
// answer would have taken. One thread.
#pragma once

#include <cstdint>

#include "model/instant.hpp"

namespace dsr::simulate {

/// How fast things are. The defaults are no measurements of one run: `apply_rows` is one sweep over 5,000 rows on two
/// cores beside PostgreSQL 15, the others are guesses; the command line takes what the other benchmarks measured.
struct Pace {
    double read_rows = 120'000;  ///< unfinished rows that a sweep reads and judges in a second
    double apply_rows = 16'000;  ///< rows handed over in a second
    double requests = 40'000;    ///< pipelined reads that ZooKeeper answers in a second
    std::chrono::microseconds round_trip{500};
    std::chrono::seconds take_up{5};  ///< from a committed command to its master
};

struct Load {
    std::uint64_t statements = 0;
    std::uint64_t rows_read = 0;
    std::uint64_t pages = 0;
    std::uint64_t batches = 0;
    std::uint64_t rows_written = 0;  ///< instances, commands and journal entries
    std::uint64_t requests = 0;      ///< to the registry
    std::uint64_t round_trips = 0;   ///< of those that the sweep waits for one after the other

    friend Load operator-(Load a, const Load& b) {
        a.statements -= b.statements;
        a.rows_read -= b.rows_read;
        a.pages -= b.pages;
        a.batches -= b.batches;
        a.rows_written -= b.rows_written;
        a.requests -= b.requests;
        a.round_trips -= b.round_trips;
        return a;
    }
};

class Meter {
public:
    Meter(const Pace& pace, model::Instant now) : pace_(pace), now_(now) {}

    [[nodiscard]] model::Instant now() const { return now_; }
    [[nodiscard]] const Load& load() const { return load_; }
    [[nodiscard]] const Pace& pace() const { return pace_; }
    void wait_until(model::Instant time) { now_ = std::max(now_, time); }

    /// Statements that read as many rows between them, one round trip each.
    void read(std::uint64_t statements, std::uint64_t rows = 0) {
        load_.statements += statements;
        load_.rows_read += rows;
        took(static_cast<double>(rows) / pace_.read_rows);
        now_ += static_cast<std::int64_t>(statements) * pace_.round_trip;
    }
    void page(std::uint64_t rows) {
        ++load_.pages;
        read(3, rows);  // the rows, their commands, their definitions
    }
    /// One batch of a failover, whose statements were counted as they came.
    void batch(std::uint64_t rows) {
        ++load_.batches;
        load_.rows_written += 3 * rows;
        took(static_cast<double>(rows) / pace_.apply_rows);
    }
    /// Requests to the registry, under way at once.
    void ask(std::uint64_t requests, std::uint64_t round_trips = 1) {
        load_.requests += requests;
        load_.round_trips += round_trips;
        took(static_cast<double>(requests) / pace_.requests);
        now_ += static_cast<std::int64_t>(round_trips) * pace_.round_trip;
    }

private:
    void took(double seconds) { now_ += std::chrono::microseconds{static_cast<std::int64_t>(seconds * 1e6)}; }

    Pace pace_;
    model::Instant now_;
    Load load_;
};

}  // namespace dsr::simulate
