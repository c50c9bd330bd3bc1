// SPDX-License-Identifier: Apache-2.0
#include "recording/replay.hpp"

#include <catch2/catch.hpp>
#include <map>

#include "model/failure.hpp"
#include "recording/format.hpp"
#include "recording/gzip.hpp"
#include "situations.hpp"

namespace dsr::replay_test {

using namespace dsr::model;
using namespace dsr::recording;
using namespace dsr::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

std::string recorded_text(const Situation& situation) {
    const ScratchFolder scratch;
    Recorder recorder(scratch.path, {});
    return read_gzip_or_plain(record(recorder, situation, done).value(), std::size_t{1} << 28U);
}

std::vector<Verdict> verdicts_of(const Replay& replayed) {
    std::vector<Verdict> verdicts;
    for (const auto& row : replayed.rows) verdicts.push_back(row.anew.verdict);
    return verdicts;
}

std::string complaint_about(const fs::path& file) {
    try {
        static_cast<void>(read_recording(file));
    } catch (const Failure& failure) {
        CHECK(failure.kind() == ErrorKind::permanent);
        CHECK_THAT(failure.what(), Catch::StartsWith(file.string()));
        return failure.what();
    }
    return "";
}

}  // namespace

TEST_CASE("what was recorded is judged alike, byte for byte") {
    const auto situation = GENERATE(waiting_host(), ambiguous_band(), mass_loss());
    const auto recording = parse_recording(recorded_text(situation));
    const auto replayed = replay(recording);
    CHECK(replayed.reproduced());
    CHECK(replayed.differing() == 0);
    CHECK(replayed.rows.size() + recording.rows_owned == situation.rows.size());
    const auto text = transcript(recording, replayed);
    for (const auto& row : replayed.rows) CHECK_THAT(text, Catch::Contains(row.anew.reason));
    CHECK_THAT(text, Catch::EndsWith(std::to_string(replayed.rows.size()) + " verdicts reproduced, 0 differ\n"));
    const auto json = Json::parse(json_of(recording, replayed));
    CHECK(json["reproduced"] == replayed.rows.size());
    CHECK(json["differ"] == 0);
    CHECK(json["rows"].size() == replayed.rows.size());
}

TEST_CASE("a rule that judges otherwise shows as a difference") {
    auto json = Json::parse(recorded_text(waiting_host()));

    SECTION("another grace makes other verdicts") {
        json["snapshot"]["policy"]["grace_ms"] = 30'000;
        json["snapshot"]["policy"]["confirmations"] = 1;
        const auto recording = parse_recording(json.dump());
        const auto replayed = replay(recording);
        CHECK(replayed.differing() == 2);
        CHECK(replayed.holds_reproduced());
        CHECK(verdicts_of(replayed) ==
              std::vector{Verdict::orphan, Verdict::waiting, Verdict::parked, Verdict::orphan_earlier_incarnation});
        CHECK_THAT(transcript(recording, replayed),
                   Catch::EndsWith("\n2 verdicts reproduced, 2 differ\n") && Catch::Contains("  DIFFERS:  orphan"));
        const auto shown = Json::parse(json_of(recording, replayed));
        CHECK(shown["differ"] == 2);
        CHECK(shown["rows"][0]["now"]["verdict"] == "orphan");
        CHECK_FALSE(shown["rows"][2].contains("now"));
    }
    SECTION("one byte of a reason") {
        auto& reason = json["rows"][0]["judged"]["reason"].get_ref<std::string&>();
        reason.back() = reason.back() == '.' ? '!' : '.';
        CHECK(replay(parse_recording(json.dump())).differing() == 1);
    }
    SECTION("a microsecond of the time to act") {
        json["rows"][0]["judged"]["acts_at"] = json["rows"][0]["judged"]["acts_at"].get<std::int64_t>() + 1;
        CHECK(replay(parse_recording(json.dump())).differing() == 1);
    }
    SECTION("a guard") {
        json["snapshot"]["control"]["pause"] = Json{{"number", 1},
                                                    {"at", 0},
                                                    {"action", "pause"},
                                                    {"instance", nullptr},
                                                    {"until", nullptr},
                                                    {"who", "an operator"},
                                                    {"why", "works\x1b[2J\xc2\x9b"}};
        const auto recording = parse_recording(json.dump());
        const auto replayed = replay(recording);
        CHECK(replayed.differing() == 0);
        CHECK_FALSE(replayed.reproduced());
        CHECK_THAT(transcript(recording, replayed),
                   Catch::Contains("The guards DIFFER") && Catch::Contains("paused by an operator") &&
                       Catch::Contains("works\\x1b[2J?") && Catch::EndsWith("0 differ; the guards differ\n"));
    }
}

TEST_CASE("reasons with bytes that are no text are reproduced too") {
    auto situation = ambiguous_band();
    situation.rows.back().ownership.text = "\xff\xfe 2026";
    const auto recording = parse_recording(recorded_text(situation));
    CHECK(replay(recording).reproduced());
    CHECK_THAT(recording.rows.back().judged.reason, Catch::Contains("\xff\xfe 2026"));
}

TEST_CASE("field reports are judged as they were") {
    const fs::path folder = fs::path(DSR_SOURCE_DIR) / "tests/recordings";
    const std::map<std::string, std::pair<std::vector<Verdict>, std::vector<Guard>>> judged_by_hand{
        {"waiting-host.json",
         {{Verdict::waiting, Verdict::waiting, Verdict::parked, Verdict::orphan_earlier_incarnation}, {}}},
        {"ambiguous-band.json",
         {{Verdict::ambiguous, Verdict::ambiguous, Verdict::orphan_earlier_incarnation,
           Verdict::orphan_earlier_incarnation, Verdict::ambiguous},
          {}}},
        {"mass-loss.json", {{Verdict::orphan, Verdict::orphan, Verdict::orphan}, {Guard::mass_loss}}},
    };
    std::size_t found = 0;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.path().extension() == ".md") continue;
        ++found;
        CAPTURE(entry.path().filename().string());
        const auto recording = read_recording(entry.path());
        const auto replayed = replay(recording);
        INFO(transcript(recording, replayed));
        CHECK(replayed.reproduced());
        const auto by_hand = judged_by_hand.find(entry.path().filename().string());
        if (by_hand == judged_by_hand.end()) continue;
        CHECK(verdicts_of(replayed) == by_hand->second.first);
        std::vector<Guard> guards;
        for (const auto& hold : replayed.holds_anew) guards.push_back(hold.guard);
        CHECK(guards == by_hand->second.second);
    }
    CHECK(found >= judged_by_hand.size());
}

TEST_CASE("a recording cut short anywhere is refused") {
    const ScratchFolder scratch;
    Recorder recorder(scratch.path, {});
    const auto whole = support::text_of(record(recorder, waiting_host(), done).value());
    const auto file = scratch.path / "cut";
    for (std::size_t length = 0; length < whole.size(); length += length < 32 ? 1 : 13) {
        CAPTURE(length);
        CHECK_FALSE(complaint_about(put(file, whole.substr(0, length))).empty());
    }
    const auto text = recorded_text(waiting_host());
    for (std::size_t length = 0; length + 2 < text.size(); length += 97) {
        CAPTURE(length);
        CHECK_FALSE(complaint_about(put(file, text.substr(0, length))).empty());
    }
}

TEST_CASE("a recording with one byte changed is refused, or is judged as what it says") {
    const ScratchFolder scratch;
    Recorder recorder(scratch.path, {});
    const auto whole = support::text_of(record(recorder, waiting_host(), done).value());
    std::size_t refused = 0;
    for (std::size_t place = 10; place < whole.size(); place += 3) {  // the first ten bytes are gzip's header
        auto damaged = whole;
        damaged[place] = static_cast<char>(damaged[place] ^ 0x55);
        const auto complaint = complaint_about(put(scratch.path / "damaged", damaged));
        CAPTURE(place);
        if (complaint.empty()) {  // bits that fill the last byte of the compressed data carry nothing
            CHECK(read_gzip_or_plain(scratch.path / "damaged", 1U << 24U) == recorded_text(waiting_host()));
            continue;
        }
        ++refused;
    }
    CHECK(refused > 100);
}

TEST_CASE("a file that is no recording is refused with a sentence") {
    const ScratchFolder scratch;
    const auto file = scratch.path / "file";
    const auto good = Json::parse(recorded_text(waiting_host()));
    const auto changed = [&good](const char* pointer, const Json& value) {
        auto json = good;
        json[Json::json_pointer(pointer)] = value;
        return json.dump();
    };
    struct Case {
        std::string content;
        std::string complaint;
    };
    const std::vector<Case> cases{
        {"", "cannot be replayed: it is not JSON"},
        {"sweep: 1\n", "it is not JSON or is truncated: at byte 1"},
        {"\x7f"
         "ELF\x02",
         "it is not JSON"},
        {"[]", "'format' does not say so"},
        {"{}", "'format' does not say so"},
        {R"({"format":"a song"})", "'format' does not say so"},
        {changed("/format_version", 2),
         "by another version of ds-reconcilerd ('format_version' is 2, this one reads 1)"},
        {changed("/format_version", "1"), "('format_version' is not a number"},
        {changed("/rows/0/row/id", "one"), "it is damaged: rows[0].row.id is not a whole number"},
        {changed("/rows/0/judged/verdict", "lost"),
         "rows[0].judged.verdict is a name that this version does not support"},
        {changed("/snapshot", nullptr), "it is damaged: snapshot is not an object"},
        {std::string(100'000, '['), "it contains more values, or deeper nesting"},
    };
    for (const auto& wrong : cases)
        CHECK_THAT(complaint_about(put(file, wrong.content)), Catch::Contains(wrong.complaint));
    CHECK_THAT(complaint_about(scratch.path / "none"), Catch::Contains("cannot be opened: No such file"));
    CHECK_THAT(complaint_about(scratch.path), Catch::Contains("is not a regular file"));
    CHECK_THAT(complaint_about("/dev/zero"), Catch::Contains("is not a regular file"));
}

TEST_CASE("a small file that inflates to a huge one, or to millions of values, is refused") {
    const ScratchFolder scratch;
    Gzip bomb;
    const std::string blanks(std::size_t{1} << 20U, ' ');
    for (int i = 0; i < 257; ++i) bomb.add(blanks);
    CHECK_THAT(complaint_about(put(scratch.path / "bomb", bomb.finish())),
               Catch::Contains("holds more than 256 MiB, the maximum of a recording"));
    std::string list = "[0";
    for (int i = 0; i < 4'000'000; ++i) list += ",0";
    CHECK_THAT(complaint_about(put(scratch.path / "list", list + "]")), Catch::Contains("it contains more values"));
}

TEST_CASE("a plain recording is read like a compressed one") {
    const ScratchFolder scratch;
    const auto file = put(scratch.path / "plain.json", recorded_text(mass_loss()));
    CHECK(replay(read_recording(file)).reproduced());
}

}  // namespace dsr::replay_test
