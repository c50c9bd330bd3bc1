// SPDX-License-Identifier: Apache-2.0
#include "ops/sweep_tag.hpp"

#include <spdlog/details/os.h>

namespace dsr::ops {

void SweepTag::begin(const std::string& sweep) {
    sweep_ = sweep;
    thread_.store(spdlog::details::os::thread_id());
}

void SweepTag::end() {
    thread_.store(0);
    sweep_.clear();
}

std::string_view SweepTag::of(std::size_t thread) const {
    return thread != 0 && thread_.load() == thread ? std::string_view(sweep_) : std::string_view();
}

}  // namespace dsr::ops
