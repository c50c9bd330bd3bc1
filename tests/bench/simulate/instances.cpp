// SPDX-License-Identifier: Apache-2.0
#include "simulate/instances.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace dsr::simulate {

using namespace model;

namespace {

constexpr std::chrono::hours oldest{4};  ///< since when rows run that run longest

/// x with a * x = 1 modulo m, by Euclid.
std::uint64_t inverse_modulo(std::uint64_t a, std::uint64_t m) {
    std::int64_t t = 0;
    std::int64_t next_t = 1;
    auto r = static_cast<std::int64_t>(m);
    auto next_r = static_cast<std::int64_t>(a % m);
    while (next_r != 0) {
        const auto q = r / next_r;
        t = std::exchange(next_t, t - q * next_t);
        r = std::exchange(next_r, r - q * next_r);
    }
    return static_cast<std::uint64_t>(t < 0 ? t + static_cast<std::int64_t>(m) : t);
}

}  // namespace

std::uint64_t drawn(std::uint64_t seed, std::uint64_t index) {
    std::uint64_t x = seed + (index + 1) * 0x9e3779b97f4a7c15U;  // splitmix64
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31U);
}

Instances::Instances(std::uint64_t rows, std::size_t masters, std::uint64_t seed, std::vector<Loss> losses,
                     const Meter& meter)
    : masters_(masters),
      blocks_(rows / masters),
      seed_(seed),
      step_(masters * 5 / 8 | 1U),
      inverse_(0),
      begin_(meter.now()),
      losses_(std::move(losses)),
      loss_of_(masters),
      meter_(meter) {
    while (std::gcd(step_, masters_) != 1) step_ += 2;
    inverse_ = inverse_modulo(step_, masters_);
    for (std::size_t i = 0; i < losses_.size(); ++i) loss_of_[losses_[i].master] = i;
    for (std::size_t master = 0; master < masters; ++master) {
        if (!loss_of_[master]) stay_.push_back(address(master));
    }
}

std::string Instances::address(std::size_t master) {
    return "10.0." + std::to_string(master / 250) + "." + std::to_string(master % 250 + 1) + ":5678";
}

std::uint64_t Instances::shift(std::uint64_t block) const {
    return drawn(seed_, block) % masters_;
}

Instances::RowPosition Instances::place_of(std::int64_t id) const {
    const auto index = static_cast<std::uint64_t>(id - 1);
    const auto block = index / masters_;
    return {block, static_cast<std::size_t>(((index % masters_) * step_ + shift(block)) % masters_)};
}

std::int64_t Instances::id_at(std::uint64_t block, std::size_t master) const {
    const auto within = (master + masters_ - shift(block)) % masters_ * inverse_ % masters_;
    return static_cast<std::int64_t>(block * masters_ + within + 1);
}

Instant Instances::taken_up_first(std::int64_t id) const {
    constexpr auto span = std::chrono::microseconds{oldest}.count();
    return begin_ - std::chrono::minutes{1} -
           std::chrono::microseconds{static_cast<std::int64_t>(drawn(~seed_, static_cast<std::uint64_t>(id)) %
                                                               static_cast<std::uint64_t>(span))};
}

std::optional<std::size_t> Instances::batch_of(const RowPosition& place) const {
    const auto lost = loss_of_[place.master];
    if (!lost || place.block >= losses_[*lost].answered) return std::nullopt;
    const auto& batches = losses_[*lost].batches;
    const auto found =
        std::upper_bound(batches.begin(), batches.end(), place.block,
                         [&](std::uint64_t block, std::size_t batch) { return block < batches_[batch].end; });
    return *found;
}

WorkflowInstance Instances::row(std::int64_t id) const {
    const auto place = place_of(id);
    WorkflowInstance row;
    row.id = {id};
    row.name = "wf";
    row.state = state::running_execution;
    row.definition_code = 9001;
    row.definition_version = 1;
    auto since = taken_up_first(id);
    const auto batch = batch_of(place);
    const bool taken_up = batch && meter_.now() >= batches_[*batch].at + meter_.pace().take_up;
    if (taken_up) {
        since = batches_[*batch].at + meter_.pace().take_up;
        row.host = stay_[drawn(seed_, static_cast<std::uint64_t>(id)) % stay_.size()];
    } else {
        row.host = address(place.master);
        row.command_pending = batch.has_value();
        if (batch) row.state = state::failover;
    }
    row.ownership = {OwnershipTime::Form::known, since, since, since, ""};
    return row;
}

JournalEntry Instances::entry(std::size_t batch, std::uint64_t offset) const {
    const auto& of = batches_[batch];
    const auto& loss = losses_[of.loss];
    JournalEntry entry;
    entry.number = of.number + static_cast<std::int64_t>(offset);
    entry.sweep = of.sweep;
    entry.at = of.at;
    entry.instance = {id_at(of.first + offset, loss.master)};
    entry.from_host = {address(loss.master)};
    entry.old_state = state::running_execution;
    entry.owned_since = taken_up_first(entry.instance.value);
    entry.command = entry.number;
    if (of.confirmed[offset]) {
        entry.receipt = Receipt::recovered;
        entry.receipt_at = of.at + meter_.pace().take_up;
    }
    return entry;
}

std::optional<JournalEntry> Instances::entry(std::int64_t id) const {
    const auto place = place_of(id);
    const auto batch = batch_of(place);
    if (!batch) return std::nullopt;
    return entry(*batch, place.block - batches_[*batch].first);
}

void Instances::fail_over(const std::vector<std::int64_t>& ids) {
    const auto lost = loss_of_[place_of(ids.front()).master];
    if (!lost || losses_[*lost].at > meter_.now()) throw std::logic_error("rows of a living master were handed over");
    auto& loss = losses_[*lost];
    const auto first = loss.answered;
    for (const auto id : ids) {
        if (id != id_at(loss.answered, loss.master))
            throw std::logic_error("row " + std::to_string(id) + " was handed over twice, or one was passed over");
        ++loss.answered;
    }
    loss.batches.push_back(batches_.size());
    batches_.push_back({*lost, first, loss.answered, next_number_, meter_.now(), "", std::vector<bool>(ids.size())});
    next_number_ += static_cast<std::int64_t>(ids.size());
}

void Instances::confirm(std::int64_t number) {
    const auto after = std::upper_bound(batches_.begin(), batches_.end(), number,
                                        [](std::int64_t wanted, const Batch& batch) { return wanted < batch.number; });
    auto& batch = *std::prev(after);
    const auto offset = static_cast<std::size_t>(number - batch.number);
    if (batch.confirmed.at(offset)) throw std::logic_error("a receipt was written twice");
    batch.confirmed[offset] = true;
}

bool Instances::all_recovered() const {
    return std::all_of(losses_.begin(), losses_.end(), [&](const Loss& loss) { return loss.answered == blocks_; }) &&
           std::all_of(batches_.begin(), batches_.end(),
                       [](const Batch& batch) { return std::ranges::count(batch.confirmed, false) == 0; });
}

}  // namespace dsr::simulate
