// SPDX-License-Identifier: Apache-2.0
// Ten million unfinished workflow instances that are computed when they are asked for: nothing is kept of a row, only
// of each loss how far it was answered. In every block of as many ids as there are masters each master owns one row, so
// the rows of a master can be counted off as well as looked up. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "model/ids.hpp"
#include "model/journal_entry.hpp"
#include "model/workflow_instance.hpp"
#include "simulate/meter.hpp"

namespace dsr::simulate {

/// For operations of a port that no simulated sweep calls. Throws std::logic_error.
[[noreturn]] inline void not_simulated(const char* what) {
    throw std::logic_error(std::string(what) + " is not simulated");
}

/// A master that goes, and may come back at its address as another incarnation, whose own start-up scan is missed too.
struct Loss {
    std::size_t master = 0;
    model::Instant at;
    std::optional<model::Instant> back;
    std::uint64_t answered = 0;          ///< its rows in blocks before this one were handed over
    std::vector<std::size_t> batches{};  ///< that answered it, in order
};

/// Rows of one loss that were handed over in one transaction.
struct Batch {
    std::size_t loss = 0;
    std::uint64_t first = 0;  ///< block
    std::uint64_t end = 0;
    std::int64_t number = 0;  ///< of the journal's first entry; the others follow
    model::Instant at;
    std::string sweep;
    std::vector<bool>
        confirmed;  ///< by entry: whether it has its receipt; a master may take a batch up between two pages

    [[nodiscard]] std::uint64_t rows() const { return end - first; }
};

class Instances {
public:
    /// `rows`: a multiple of `masters`. Losses ordered by time; a master is lost once at most.
    Instances(std::uint64_t rows, std::size_t masters, std::uint64_t seed, std::vector<Loss> losses,
              const Meter& meter);

    [[nodiscard]] std::uint64_t size() const { return blocks_ * masters_; }
    [[nodiscard]] std::uint64_t rows_of_a_master() const { return blocks_; }
    [[nodiscard]] const std::vector<Loss>& losses() const { return losses_; }
    [[nodiscard]] const std::vector<Batch>& batches() const { return batches_; }
    [[nodiscard]] static std::string address(std::size_t master);

    /// The row as it is now. Ids run from 1 to size().
    [[nodiscard]] model::WorkflowInstance row(std::int64_t id) const;
    /// The journal's entry for it; nothing while it was not handed over.
    [[nodiscard]] std::optional<model::JournalEntry> entry(std::int64_t id) const;
    [[nodiscard]] model::JournalEntry entry(std::size_t batch, std::uint64_t offset) const;

    /// These rows of one host were handed over now. Throws std::logic_error when any was before, when its master lives,
    /// or when one was passed over.
    void fail_over(const std::vector<std::int64_t>& ids);
    /// The journal's name for the sweep of the batch that was last handed over.
    void note_sweep(const std::string& sweep) { batches_.back().sweep = sweep; }
    /// The receipt of the entry with that number was written. Throws std::logic_error when it was before.
    void confirm(std::int64_t number);
    /// Whether every row of every loss was handed over and its receipt written.
    [[nodiscard]] bool all_recovered() const;

private:
    struct RowPosition {
        std::uint64_t block = 0;
        std::size_t master = 0;  ///< who owned it first
    };
    [[nodiscard]] RowPosition place_of(std::int64_t id) const;
    [[nodiscard]] std::int64_t id_at(std::uint64_t block, std::size_t master) const;
    [[nodiscard]] std::uint64_t shift(std::uint64_t block) const;
    [[nodiscard]] model::Instant taken_up_first(std::int64_t id) const;
    /// The batch that answered the loss of its first owner; nothing when it was not answered for this row.
    [[nodiscard]] std::optional<std::size_t> batch_of(const RowPosition& place) const;

    std::uint64_t masters_;
    std::uint64_t blocks_;
    std::uint64_t seed_;
    std::uint64_t step_;     ///< coprime to masters_
    std::uint64_t inverse_;  ///< of step_ modulo masters_
    model::Instant begin_;
    std::vector<Loss> losses_;
    std::vector<std::optional<std::size_t>> loss_of_;  ///< by master
    std::vector<std::string> stay_;                    ///< addresses that are never lost: they take recovered rows up
    std::vector<Batch> batches_;
    std::int64_t next_number_ = 1;
    const Meter& meter_;
};

/// A number drawn from these two; the same for the same.
std::uint64_t drawn(std::uint64_t seed, std::uint64_t index);

}  // namespace dsr::simulate
