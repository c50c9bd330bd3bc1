// SPDX-License-Identifier: Apache-2.0
#include "sweep/batches.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace dsr::sweep {

namespace {

/// This many rows that fail alone, with no successful write between them, indicate a general failure rather than bad
/// rows.
constexpr std::size_t max_failed_alone = 8;

}  // namespace

InstanceIds ids_of(std::span<const model::PlannedFailover> rows) {
    InstanceIds ids;
    ids.reserve(rows.size());
    for (const auto& row : rows) ids.push_back(row.id);
    return ids;
}

std::size_t batch_size(const model::Policy& policy) {
    return std::max<std::size_t>(1, policy.batch);
}

Batch Batches::next(std::size_t size) {
    if (!retries_.empty()) {
        Batch batch = std::move(retries_.back());
        retries_.pop_back();
        return batch;
    }
    const auto first = std::next(ids_.begin(), static_cast<std::ptrdiff_t>(begun_));
    begun_ += std::min(size, ids_.size() - begun_);
    return {{first, std::next(ids_.begin(), static_cast<std::ptrdiff_t>(begun_))}, true};
}

void Batches::try_again(Batch batch) {
    batch.first_try = false;
    retries_.push_back(std::move(batch));
}

Batches::Failed Batches::failed(const Batch& batch) {
    if (batch.ids.size() <= 1) {
        ++failed_alone_;
        return Failed::row;
    }
    if (failed_alone_ >= max_failed_alone) return Failed::everything;
    const auto middle = std::next(batch.ids.begin(), static_cast<std::ptrdiff_t>(batch.ids.size() / 2));
    try_again({{middle, batch.ids.end()}});
    try_again({{batch.ids.begin(), middle}});
    return Failed::split;
}

InstanceIds Batches::rest() {
    InstanceIds rest;
    while (!empty()) {
        const auto batch = next(ids_.size());
        rest.insert(rest.end(), batch.ids.begin(), batch.ids.end());
    }
    return rest;
}

}  // namespace dsr::sweep
