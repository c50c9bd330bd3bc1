// SPDX-License-Identifier: Apache-2.0
#include "commands/replay.hpp"

#include <ostream>

#include "recording/replay.hpp"

namespace dsr {

Exit run_replay(std::ostream& out, const std::filesystem::path& file, bool json) {
    const auto recording = recording::read_recording(file);
    const auto replayed = recording::replay(recording);
    if (json) {
        out << recording::json_of(recording, replayed) << std::endl;
    } else {
        out << recording::transcript(recording, replayed) << std::flush;
    }
    return replayed.reproduced() ? Exit::nothing_left : Exit::held;
}

}  // namespace dsr
