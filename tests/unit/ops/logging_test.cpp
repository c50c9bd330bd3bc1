// SPDX-License-Identifier: Apache-2.0
// What log lines look like, which sweep they carry, and what of them is kept back.
#include "ops/logging.hpp"

#include <spdlog/sinks/ostream_sink.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "ops/journald_sink.hpp"
#include "ops/summing_logger.hpp"

namespace dsr::logging_test {

using namespace dsr::ops;
using namespace std::chrono_literals;

namespace {

struct Lines {
    std::ostringstream out;
    std::shared_ptr<SweepTag> tag = std::make_shared<SweepTag>();
    std::shared_ptr<spdlog::sinks::ostream_sink_mt> sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(out);
    spdlog::logger log{"test", sink};
    explicit Lines(LogForm form) { sink->set_formatter(make_formatter(form, tag)); }
    /// What was written since the last call.
    std::string take() {
        auto text = out.str();
        out.str("");
        return text;
    }
};

}  // namespace

TEST_CASE("text lines carry the sweep of their thread") {
    Lines lines(LogForm::text);
    lines.log.info("before");
    CHECK_THAT(lines.take(), Catch::EndsWith("Z info before\n"));
    {
        const SweepTag::Scope scope(*lines.tag, "2026-11-23T12:00:00.000Z/replica 1");
        lines.log.warn("within");
        CHECK_THAT(lines.take(), Catch::EndsWith("Z warning within sweep=\"2026-11-23T12:00:00.000Z/replica 1\"\n"));
        std::thread([&] { lines.log.info("another thread"); }).join();
        CHECK_THAT(lines.take(), Catch::EndsWith("another thread\n"));
    }
    lines.log.info("behind");
    CHECK_THAT(lines.take(), Catch::EndsWith("behind\n"));
}

TEST_CASE("JSON lines carry it as a field") {
    Lines lines(LogForm::json);
    lines.log.info("before");
    CHECK_FALSE(nlohmann::json::parse(lines.take()).contains("sweep"));
    const SweepTag::Scope scope(*lines.tag, "s/1");
    lines.log.info("a \"line\"");
    const auto line = nlohmann::json::parse(lines.take());
    CHECK(line.at("sweep") == "s/1");
    CHECK(line.at("message") == "a \"line\"");
    CHECK(line.at("level") == "info");
}

TEST_CASE("repeats are said at first and then once a window, with their number") {
    RepeatFilter repeats(1min);
    const RepeatFilter::Clock::time_point begin{};
    CHECK(repeats.check("down", begin).say);
    for (int second = 1; second < 60; ++second) CHECK_FALSE(repeats.check("down", begin + second * 1s).say);
    CHECK(repeats.check("something else", begin + 30s).say);
    const auto again = repeats.check("down", begin + 60s);
    CHECK(again.say);
    CHECK(again.suppressed == 59);
    CHECK_FALSE(repeats.check("down", begin + 61s).say);
    CHECK(repeats.check("down", begin + 10min).suppressed == 1);
}

TEST_CASE("times make no difference, other numbers do") {
    const auto same = [](const std::string& first, const std::string& second) {
        RepeatFilter repeats(1min);
        (void)repeats.check(first, {});
        return !repeats.check(second, {}).say;
    };
    CHECK(same("exceeded deadline by 11ms", "exceeded deadline by 7ms"));
    CHECK(same("sweep failed: x; 12 ms", "sweep failed: x; 3 ms"));
    CHECK(same("after 1.5 s, and", "after 20 s, and"));
    CHECK_FALSE(same("host 10.0.0.1:5678", "host 10.0.0.2:5678"));
    CHECK_FALSE(same("instance 1 failed", "instance 2 failed"));
    CHECK_FALSE(same("a1 s", "a2 s"));
    CHECK_FALSE(same("3 sweeps", "4 sweeps"));
}

TEST_CASE("so many different texts are not remembered that memory would grow") {
    RepeatFilter repeats(1min);
    for (std::size_t i = 0; i < 2 * RepeatFilter::max_texts; ++i) CHECK(repeats.check("t" + std::to_string(i), {}).say);
    CHECK_FALSE(repeats.check("t0", {}).say);
    CHECK(repeats.check("later", RepeatFilter::Clock::time_point{} + 1min).say);
    CHECK_FALSE(repeats.check("later", RepeatFilter::Clock::time_point{} + 1min).say);
}

TEST_CASE("the logger sums up warnings, not information, and nothing at level debug") {
    std::ostringstream out;
    auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(out);
    sink->set_pattern("%l %v");
    RepeatFilter::Clock::time_point now{};
    SummingLogger log("test", sink, [&] { return now; });
    for (int i = 0; i < 3; ++i) log.warn("down");
    for (int i = 0; i < 2; ++i) log.info("hello");
    now += 1min;
    log.warn("down");
    CHECK(
        out.str() ==
        "warning down\ninfo hello\ninfo hello\nwarning down (2 similar messages were suppressed since the last one)\n");
    out.str("");
    log.set_level(spdlog::level::debug);
    for (int i = 0; i < 3; ++i) log.warn("down");
    CHECK(out.str() == "warning down\nwarning down\nwarning down\n");
}

TEST_CASE("an entry of systemd's journal has its fields") {
    std::vector<std::vector<std::string>> entries;
    auto tag = std::make_shared<SweepTag>();
    auto sink = std::make_shared<JournaldSink>(tag, [&](const iovec* fields, int count) {
        auto& entry = entries.emplace_back();
        for (int i = 0; i < count; ++i)
            entry.emplace_back(static_cast<const char*>(fields[i].iov_base), fields[i].iov_len);
        return 0;
    });
    spdlog::logger log("test", sink);
    log.info("before");
    const SweepTag::Scope scope(*tag, "s/1");
    log.error("two\nlines");
    using Entries = std::vector<std::vector<std::string>>;
    CHECK(entries == Entries{{"MESSAGE=before", "PRIORITY=6", "SYSLOG_IDENTIFIER=ds-reconcilerd"},
                             {"MESSAGE=two\nlines", "PRIORITY=3", "SYSLOG_IDENTIFIER=ds-reconcilerd", "SWEEP_ID=s/1"}});
    CHECK(priority_of(spdlog::level::debug) == 7);
    CHECK(priority_of(spdlog::level::warn) == 4);
    CHECK(priority_of(spdlog::level::critical) == 2);
}

TEST_CASE("the journal's stream is told by device and inode") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    struct stat status {};
    REQUIRE(::fstat(ends[1], &status) == 0);
    const auto name = std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
    CHECK(is_journal_stream(name.c_str(), ends[1]));
    CHECK_FALSE(is_journal_stream(nullptr, ends[1]));
    CHECK_FALSE(is_journal_stream("1:2", ends[1]));
    CHECK_FALSE(is_journal_stream(name.c_str(), -1));
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_CASE("a line break or an escape in a message begins no line and moves no cursor") {
    for (const auto form : {LogForm::text, LogForm::json}) {
        Lines lines(form);
        SummingLogger log("test", lines.sink);
        for (const auto level : {spdlog::level::info, spdlog::level::err}) {
            log.log(level,
                    "host x\n2026-11-24 error forged \x1b[31m \xc2\x9b"
                    "31m \x7f");
            const auto line = lines.take();
            CHECK(line.find('\n') == line.size() - 1);
            CHECK_THAT(line, Catch::Contains("host x?2026-11-24 error forged ?[31m ?31m ?"));
        }
    }
}

}  // namespace dsr::logging_test
