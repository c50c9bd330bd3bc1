// SPDX-License-Identifier: Apache-2.0
#include "progress_bar.hpp"

#include <fmt/format.h>

namespace dsr {

namespace {
constexpr std::chrono::milliseconds between{100};
constexpr std::uint64_t width = 30;
constexpr std::uint64_t many_rows = 5'000;
}  // namespace

void ProgressBar::show(std::uint64_t rows_seen, std::uint64_t done, std::uint64_t planned) {
    if (!on_ || (planned == 0 ? rows_seen : planned) < many_rows) return;
    const auto now = std::chrono::steady_clock::now();
    if (shown_ && now - last_ < between) return;
    last_ = now;
    shown_ = true;
    if (planned == 0) {
        out_ << fmt::format("\r\x1b[Kseen {} unfinished workflows", rows_seen) << std::flush;
        return;
    }
    const auto filled = done * width / planned;
    out_ << fmt::format("\r\x1b[K[{:=<{}}{:<{}}] {}/{} handed over", "", filled, "", width - filled, done, planned)
         << std::flush;
}

void ProgressBar::clear() {
    if (shown_) out_ << "\r\x1b[K" << std::flush;
    shown_ = false;
}

}  // namespace dsr
