// SPDX-License-Identifier: Apache-2.0
#include "recording/recorder.hpp"

#include <algorithm>
#include <exception>

#include "base/fnv1a.hpp"
#include "model/failure.hpp"
#include "recording/format.hpp"
#include "recording/gzip.hpp"

namespace dsr::recording {

using namespace model;

namespace {

/// Rows that need no action as they are, and that every running cluster has.
bool quiet(Verdict verdict) {
    return verdict == Verdict::pending || verdict == Verdict::parked || verdict == Verdict::unassigned;
}

}  // namespace

/// The results of two sweeps are compared, not kept.
class Digest {
public:
    void add(std::uint64_t number) {
        for (int i = 0; i < 8; ++i, number >>= 8U) hash_.add(static_cast<unsigned char>(number & 0xFFU));
    }
    void add(std::string_view text) {
        hash_.add(text);
        hash_.add(static_cast<unsigned char>(0));
    }
    [[nodiscard]] std::uint64_t value() const { return hash_.value(); }

private:
    base::Fnv1a hash_;
};

/// The incomplete recording of the current sweep.
struct Recorder::PendingRecording {
    Gzip file;
    Digest digest;
    std::uint64_t rows = 0;
    std::uint64_t quiet_rows = 0;
    std::uint64_t owned = 0;
    std::uint64_t left_out = 0;
    std::size_t row_text = 0;
    std::string text;  ///< of the current row; its memory is reused for the next
    bool worth_keeping = false;
    std::optional<Instant> time;  ///< set once everything was observed
    std::string problem;          ///< why there is no recording

    PendingRecording() {
        std::string head = "{";
        Writer each{head};
        each("format", std::string(format_name));
        each("format_version", format_version);
        file.add(head + ",\"rows\":[\n");
    }
    void add(const WorkflowInstance& row, const Judgement& judged);
};

void Recorder::PendingRecording::add(const WorkflowInstance& row, const Judgement& judged) {
    const bool is_quiet = quiet(judged.verdict);
    if (!is_quiet) {
        worth_keeping = true;
        digest.add(static_cast<std::uint64_t>(row.id.value));
        digest.add(name(judged.verdict));
    }
    const bool room = rows < max_rows && (!is_quiet || quiet_rows < max_quiet_rows);
    text.clear();
    if (room) {
        text += rows > 0 ? ",\n{" : "{";
        Writer each{text};
        each("row", row);
        each("judged", judged);
        text += '}';
    }
    if (!room || text.size() > max_row_text - row_text) {
        ++left_out;
        return;
    }
    ++rows;
    row_text += text.size();
    quiet_rows += is_quiet ? 1 : 0;
    file.add(text);
}

Recorder::Recorder(std::filesystem::path folder, Keep keep) : folder_(std::move(folder), keep) {}
Recorder::~Recorder() = default;

void Recorder::begin() noexcept {
    pending_.reset();
    try {
        pending_ = std::make_unique<PendingRecording>();
    } catch (const std::exception&) {
        // Out of memory: `finish` reports it.
    }
}

void Recorder::saw(const WorkflowInstance& row, const Judgement& judged) noexcept {
    if (!pending_ || !pending_->problem.empty()) return;
    try {
        if (judged.verdict == Verdict::owned) {
            ++pending_->owned;
        } else {
            pending_->add(row, judged);
        }
    } catch (const std::exception& error) {
        pending_->problem = error.what();
    }
}

void Recorder::observed(const Snapshot& snapshot, Instant now, const std::vector<Hold>& holds) noexcept {
    if (!pending_ || !pending_->problem.empty()) return;
    try {
        for (const auto& hold : holds) pending_->digest.add(name(hold.guard));
        pending_->worth_keeping = pending_->worth_keeping || !holds.empty();
        if (!pending_->worth_keeping) return;
        std::string rest = "\n],\n";
        Writer each{rest};
        each("now", now);
        each("snapshot", snapshot);
        each("holds", holds);
        each("rows_owned", pending_->owned);
        each("rows_left_out", pending_->left_out);
        pending_->file.add(rest);
        pending_->time = now;
    } catch (const std::exception& error) {
        pending_->problem = error.what();
    }
}

std::optional<std::filesystem::path> Recorder::finish(const Ending& ending) {
    const auto pending = std::move(pending_);
    if (!pending) throw Failure(ErrorKind::retry, "the sweep was not recorded: out of memory");
    if (!pending->problem.empty())
        throw Failure(ErrorKind::permanent, "the sweep was not recorded: " + pending->problem);
    if (!pending->time || !pending->worth_keeping) return std::nullopt;
    std::string rest = ",\n";
    Writer each{rest};
    each("sweep", ending.sweep);
    each("outcome", ending.outcome);
    each("version", ending.version);
    pending->file.add(rest + "}\n");
    auto file = folder_.add(*pending->time, ending.outcome, pending->file.finish());
    keep_ends(*pending, ending, file);
    folder_.clean();
    return file;
}

void Recorder::keep_ends(const PendingRecording& pending, const Ending& ending, const std::filesystem::path& file) {
    if (ending.acted) {
        run_.reset();
        return;
    }
    Digest whole = pending.digest;
    whole.add(ending.outcome);
    if (!run_ || run_->digest != whole.value()) {
        run_ = Run{whole.value(), std::nullopt};
        return;
    }
    std::error_code error;
    if (run_->last) std::filesystem::remove(*run_->last, error);
    run_->last = file;
}

}  // namespace dsr::recording
