// SPDX-License-Identifier: Apache-2.0
#include "recording/replay.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "plan/guards.hpp"
#include "plan/judge.hpp"
#include "recording/format.hpp"

namespace dsr::recording {

using namespace model;

namespace {

/// A recording may come from any source: it must not control the terminal.
std::string printable(std::string_view text) {
    std::string result;
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        if (byte < 0x20 || byte == 0x7F) {
            result += fmt::format("\\x{:02x}", byte);
        } else {
            result += character;
        }
    }
    return base::printable(result);  // also removes C1 controls
}

std::string line_of(const Judgement& judged) {
    std::string line = fmt::format("{:<27} {}", name(judged.verdict), printable(judged.reason));
    if (judged.acts_at) line += " [" + rfc3339(*judged.acts_at) + "]";
    return line;
}

std::string lines_of(const std::vector<Hold>& holds, std::string_view before) {
    std::string lines;
    for (const auto& hold : holds)
        lines += fmt::format("{}HELD  {}: {}\n", before, name(hold.guard), printable(hold.reason));
    return holds.empty() ? fmt::format("{}no guard holds\n", before) : lines;
}

}  // namespace

std::size_t Replay::differing() const {
    return static_cast<std::size_t>(
        std::count_if(rows.begin(), rows.end(), [](const ReplayedRow& row) { return !row.reproduced(); }));
}

Replay replay(const Recording& recording) {
    Replay replayed;
    replayed.rows.reserve(recording.rows.size());
    for (const auto& seen : recording.rows)
        replayed.rows.push_back({seen.row.id, seen.judged, plan::judge(seen.row, recording.snapshot, recording.now)});
    replayed.holds_recorded = recording.holds;
    replayed.holds_anew = plan::holds(recording.snapshot, recording.now);
    return replayed;
}

std::string transcript(const Recording& recording, const Replay& replayed) {
    std::string text = fmt::format("Sweep of {}, {}, by ds-reconcilerd {}\n", rfc3339(recording.now),
                                   printable(recording.outcome), printable(recording.version));
    text += fmt::format("{} row(s) owned, {} more left out of the recording\n\n", recording.rows_owned,
                        recording.rows_left_out);
    if (replayed.holds_reproduced()) {
        text += lines_of(replayed.holds_recorded, "");
    } else {
        text += "The guards DIFFER. Recorded:\n" + lines_of(replayed.holds_recorded, "  ") + "Now:\n" +
                lines_of(replayed.holds_anew, "  ");
    }
    text += "\n";
    for (const auto& row : replayed.rows) {
        text += fmt::format("{:>10}  {}\n", row.id.value, line_of(row.recorded));
        if (!row.reproduced()) text += fmt::format("{:>10}  {}\n", "DIFFERS:", line_of(row.anew));
    }
    text += fmt::format("{}{} verdicts reproduced, {} differ{}\n", replayed.rows.empty() ? "" : "\n",
                        replayed.rows.size() - replayed.differing(), replayed.differing(),
                        replayed.holds_reproduced() ? "" : "; the guards differ");
    return text;
}

std::string json_of(const Recording& recording, const Replay& replayed) {
    Json json{{"now", rfc3339(recording.now)},          {"outcome", write(recording.outcome)},
              {"version", write(recording.version)},    {"reproduced", replayed.rows.size() - replayed.differing()},
              {"differ", replayed.differing()},         {"holds_reproduced", replayed.holds_reproduced()},
              {"holds", write(replayed.holds_recorded)}};
    if (!replayed.holds_reproduced()) json["holds_now"] = write(replayed.holds_anew);
    json["rows"] = Json::array();
    const auto shown = [](const Judgement& judged) {
        return Json{{"verdict", name(judged.verdict)},
                    {"reason", write(judged.reason)},
                    {"acts_at", judged.acts_at ? Json(rfc3339(*judged.acts_at)) : Json(nullptr)}};
    };
    for (const auto& row : replayed.rows) {
        Json one{{"workflow_instance_id", row.id.value}, {"reproduced", row.reproduced()}};
        one.update(shown(row.recorded));
        if (!row.reproduced()) one["now"] = shown(row.anew);
        json["rows"].push_back(std::move(one));
    }
    return json.dump();
}

}  // namespace dsr::recording
