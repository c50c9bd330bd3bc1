// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <set>

#include "model/failure.hpp"
#include "recording/recording.hpp"
#include "situations.hpp"

namespace dsr::recorder_test {

using namespace dsr::model;
using namespace dsr::recording;
using namespace dsr::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

constexpr Keep plenty{};

/// Recordings of so many bytes a minute apart, by another process.
void add_others(const fs::path& folder, int files, std::size_t bytes) {
    const Folder others(folder, plenty);
    for (int i = 0; i < files; ++i)
        static_cast<void>(others.add(noon - 1h + std::chrono::minutes{i}, "held", std::string(bytes, 'x')));
}

/// No file may grow beyond so much: as a full disk.
class FullDisk {
public:
    explicit FullDisk(rlim_t most) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit now{most, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &now);
    }
    ~FullDisk() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;

private:
    rlimit before_{};
    void (*handler_)(int);
};

}  // namespace

TEST_CASE("a recording is one file for its owner only, named by time and outcome") {
    const ScratchFolder scratch;
    Recorder recorder(scratch.path / "made" / "when needed", plenty);
    const auto file = record(recorder, waiting_host(), done);
    REQUIRE(file);
    CHECK(file->filename() == "sweep-20261123T120000.000Z-done.json.gz");
    struct stat status {};
    REQUIRE(::stat(file->c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0600U);
    REQUIRE(::stat(file->parent_path().c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0700U);
    CHECK(std::distance(fs::directory_iterator(file->parent_path()), {}) == 1);

    const auto recording = read_recording(*file);
    CHECK(recording.rows.size() == 4);
    CHECK(recording.rows_owned == 1);
    CHECK(recording.rows_left_out == 0);
    CHECK(recording.now == noon);
    CHECK(recording.sweep == "sweep/1");
    CHECK(recording.outcome == "done");
    CHECK(recording.version == "0.1.0");
    CHECK(recording.rows[0].row.name == "nightly load – 日次");
}

TEST_CASE("a sweep that held nothing and found every row owned or quiet leaves no file") {
    const ScratchFolder scratch;
    Recorder recorder(scratch.path, plenty);
    auto situation = waiting_host();
    situation.rows = {situation.rows[0], situation.rows[3]};  // owned, parked
    CHECK_FALSE(record(recorder, situation, done));
    CHECK(scratch.names().empty());

    situation.snapshot.policy.failover_enabled = false;  // a guard holds
    CHECK(record(recorder, situation, held));
    CHECK(scratch.names().size() == 1);
}

TEST_CASE("a sweep that failed before it had seen everything leaves no file and nothing for the next one") {
    const ScratchFolder scratch;
    Recorder recorder(scratch.path, plenty);
    const auto situation = waiting_host();
    recorder.begin();
    recorder.saw(situation.rows[1], {Verdict::orphan, "seen by the sweep that failed", std::nullopt});
    CHECK_FALSE(recorder.finish({"sweep/0", "failed", "0.1.0", false}));
    CHECK(scratch.names().empty());
    CHECK(read_recording(record(recorder, situation, done).value()).rows.size() == 4);
}

TEST_CASE("ten thousand rows are kept, the rest is counted, and quiet rows leave room for the others") {
    const ScratchFolder scratch;
    Recorder recorder(scratch.path, plenty);
    const auto situation = mass_loss();
    recorder.begin();
    for (int id = 1; id <= 6000; ++id) recorder.saw(row(id, ""), {Verdict::unassigned, "its host is empty", {}});
    for (int id = 6001; id <= 12'000; ++id) recorder.saw(row(id, "h"), {Verdict::orphan, "gone", {}});
    for (int id = 12'001; id <= 12'100; ++id) recorder.saw(row(id, "h"), {Verdict::owned, "there", {}});
    recorder.observed(situation.snapshot, situation.now, {});
    const auto recording = read_recording(recorder.finish(acted).value());
    CHECK(recording.rows.size() == 10'000);
    CHECK(recording.rows_left_out == 2000);
    CHECK(recording.rows_owned == 100);
    const auto quiet = std::count_if(recording.rows.begin(), recording.rows.end(),
                                     [](const JudgedRow& seen) { return seen.judged.verdict == Verdict::unassigned; });
    CHECK(quiet == 5000);
}

TEST_CASE("rows of enormous texts do not make an enormous recording") {
    const ScratchFolder scratch;
    Recorder recorder(scratch.path, plenty);
    const auto situation = mass_loss();
    recorder.begin();
    for (int id = 1; id <= 50; ++id) {
        auto large = row(id, "h");
        large.name = std::string(std::size_t{1} << 20U, 'n');
        recorder.saw(large, {Verdict::orphan, "gone", {}});
    }
    recorder.observed(situation.snapshot, situation.now, {});
    const auto recording = read_recording(recorder.finish(acted).value());
    CHECK(recording.rows.size() == 31);
    CHECK(recording.rows_left_out == 19);
}

TEST_CASE("of idle sweeps in a row that say the same the first and the last are kept") {
    const ScratchFolder scratch;
    Recorder recorder(scratch.path, plenty);
    auto situation = mass_loss();
    const auto minute_later = [&situation] { situation.now += 60s; };
    for (int i = 0; i < 4; ++i, minute_later()) CHECK(record(recorder, situation, held));
    CHECK(scratch.names() == std::vector<std::string>{"sweep-20261123T120000.000Z-held.json.gz",
                                                      "sweep-20261123T120300.000Z-held.json.gz"});

    SECTION("another row is another run") {
        situation.rows.pop_back();
        for (int i = 0; i < 3; ++i, minute_later()) CHECK(record(recorder, situation, held));
        CHECK(scratch.names().size() == 4);
    }
    SECTION("another verdict is another run") {
        situation.rows[0].definition_exists = false;
        situation.rows[1].definition_exists = false;
        for (int i = 0; i < 3; ++i, minute_later()) CHECK(record(recorder, situation, held));
        CHECK(scratch.names().size() == 4);
    }
    SECTION("another guard is another run") {
        situation.snapshot.journal_ready = false;
        for (int i = 0; i < 3; ++i, minute_later()) CHECK(record(recorder, situation, held));
        CHECK(scratch.names().size() == 4);
    }
    SECTION("quiet rows come and go within a run") {
        for (int i = 0; i < 3; ++i, minute_later()) {
            situation.rows.push_back(row(100 + i, ""));
            CHECK(record(recorder, situation, held));
        }
        CHECK(scratch.names().size() == 2);
    }
    SECTION("every sweep that acted is kept, whatever it found") {
        for (int i = 0; i < 3; ++i, minute_later()) CHECK(record(recorder, situation, acted));
        CHECK(scratch.names().size() == 5);
    }
}

TEST_CASE("two sweeps of the same millisecond do not overwrite each other") {
    const ScratchFolder scratch;
    Recorder recorder(scratch.path, plenty);
    CHECK(record(recorder, waiting_host(), acted) != record(recorder, waiting_host(), acted));
    CHECK(scratch.names().size() == 2);
}

TEST_CASE("the oldest recordings go first, by number and by size, and other files stay") {
    const ScratchFolder scratch;
    put(scratch.path / "notes.txt", "mine");
    put(scratch.path / "sweep-notes.txt", "mine too");
    fs::create_directory(scratch.path / "sweep-20200101T000000.000Z-held.json.gz");
    add_others(scratch.path, 9, 100'000);

    SECTION("by number") {
        Recorder recorder(scratch.path, {3, std::uintmax_t{64} << 20U});
        REQUIRE(record(recorder, waiting_host(), done));
        CHECK(scratch.names() == std::vector<std::string>{"notes.txt", "sweep-20200101T000000.000Z-held.json.gz",
                                                          "sweep-20261123T110700.000Z-held.json.gz",
                                                          "sweep-20261123T110800.000Z-held.json.gz",
                                                          "sweep-20261123T120000.000Z-done.json.gz",
                                                          "sweep-notes.txt"});
    }
    SECTION("by size") {
        Recorder recorder(scratch.path, {200, 250'000});
        REQUIRE(record(recorder, waiting_host(), done));
        CHECK(scratch.names().size() == 3 + 3);
    }
    SECTION("the newest stays though it alone is too large") {
        Recorder recorder(scratch.path, {200, 10});
        REQUIRE(record(recorder, waiting_host(), done));
        CHECK(scratch.names().size() == 3 + 1);
    }
}

TEST_CASE("what a writer that died left behind is no recording, and is removed once it is old") {
    const ScratchFolder scratch;
    const auto dead = put(scratch.path / "sweep-20261123T110000.000Z-held.json.gz.77.tmp", "half");
    const auto young = put(scratch.path / "sweep-20261123T115900.000Z-held.json.gz.78.tmp", "half");
    fs::last_write_time(dead, fs::file_time_type::clock::now() - 10min);
    Recorder recorder(scratch.path, {1, std::uintmax_t{64} << 20U});
    REQUIRE(record(recorder, waiting_host(), done));
    CHECK_FALSE(fs::exists(dead));
    CHECK(fs::exists(young));
    CHECK(scratch.names().size() == 2);
}

TEST_CASE("what cannot be written is a failure with its reason, leaves nothing behind, and is over when the cause is") {
    const ScratchFolder scratch;
    const fs::path folder = scratch.path / "recordings";
    Recorder recorder(folder, plenty);

    SECTION("a full disk") {
        fs::create_directory(folder);
        auto situation = waiting_host();
        std::set<std::string> told;
        for (int i = 0; i < 2; ++i, situation.now += 60s) {
            const FullDisk disk(200);
            try {
                record(recorder, situation, done);
                FAIL("it was recorded");
            } catch (const Failure& failure) {
                told.insert(failure.what());
            }
        }
        CHECK(told.size() == 1);  // so that the log has it once
        CHECK(fs::is_empty(folder));
    }
    SECTION("no folder, but a file") {
        put(folder, "");
        try {
            record(recorder, waiting_host(), done);
            FAIL("it was recorded");
        } catch (const Failure& failure) {
            CHECK(failure.kind() == ErrorKind::permanent);
            CHECK_THAT(failure.what(), Catch::Contains("was not recorded in " + folder.string() + ": "));
        }
        fs::remove(folder);
    }
    CHECK(record(recorder, waiting_host(), done));
}

}  // namespace dsr::recorder_test
