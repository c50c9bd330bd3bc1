// SPDX-License-Identifier: Apache-2.0
#include "sweep/pace.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

namespace dsr::sweep {

using namespace model;

std::size_t Pace::batch(std::size_t batch) const {
    return rate_ == 0 ? batch : std::min(batch, rate_);
}

void Pace::wrote(std::size_t rows, Instant began) {
    if (rate_ == 0) return;
    const auto share = static_cast<double>(rows) / static_cast<double>(rate_);
    next_ = std::max(next_, began) + std::chrono::round<Instant::duration>(std::chrono::duration<double>(share));
}

Milliseconds Pace::due(Instant now) const {
    if (rate_ == 0 || next_ <= now) return Milliseconds{0};
    // A clock that was set back must not cause a long wait.
    return std::min(std::chrono::ceil<Milliseconds>(next_ - now), Milliseconds{1000});
}

std::size_t Pace::within(Milliseconds span) const {
    if (rate_ == 0) return std::numeric_limits<std::size_t>::max();
    return std::max<std::size_t>(1, rate_ * static_cast<std::size_t>(span.count()) / 1000);
}

}  // namespace dsr::sweep
