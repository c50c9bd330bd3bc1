// SPDX-License-Identifier: Apache-2.0
// Shows the progress of a long sweep in a line on a terminal. Called from the sweep's thread while it runs.
#pragma once

#include <chrono>
#include <cstdint>
#include <ostream>

namespace dsr {

class ProgressBar {
public:
    ProgressBar(std::ostream& out, bool on) : out_(out), on_(on) {}
    void show(std::uint64_t rows_seen, std::uint64_t done, std::uint64_t planned);
    void clear();

private:
    std::ostream& out_;
    bool on_;
    bool shown_ = false;
    std::chrono::steady_clock::time_point last_;
};

}  // namespace dsr
