// SPDX-License-Identifier: Apache-2.0
#include "ops/logging.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/ansicolor_sink.h>

#include <nlohmann/json.hpp>

#include "model/instant.hpp"
#include "ops/journald_sink.hpp"
#include "ops/summing_logger.hpp"

namespace dsr::ops {

namespace {

/// Appends ` sweep="..."` to lines of a sweep.
class SweepFlag final : public spdlog::custom_flag_formatter {
public:
    explicit SweepFlag(std::shared_ptr<const SweepTag> tag) : tag_(std::move(tag)) {}
    void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
        const auto sweep = tag_->of(message.thread_id);
        if (sweep.empty()) return;
        const auto text = " sweep=\"" + std::string(sweep) + "\"";
        out.append(text.data(), text.data() + text.size());
    }
    [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
        return std::make_unique<SweepFlag>(tag_);
    }

private:
    std::shared_ptr<const SweepTag> tag_;
};

/// One JSON object a line: {"time": RFC 3339 UTC, "level": ..., "message": ...}, and "sweep" for lines of a sweep.
class JsonFormatter final : public spdlog::formatter {
public:
    explicit JsonFormatter(std::shared_ptr<const SweepTag> tag) : tag_(std::move(tag)) {}
    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
        const auto level = spdlog::level::to_string_view(message.level);
        const auto time = std::chrono::time_point_cast<std::chrono::microseconds>(message.time);
        nlohmann::ordered_json line{
            {"time", model::rfc3339(time)},
            {"level", std::string(level.data(), level.size())},
            {"message", std::string(message.payload.data(), message.payload.size())},
        };
        if (const auto sweep = tag_->of(message.thread_id); !sweep.empty()) line["sweep"] = sweep;
        const auto text = line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
        out.append(text.data(), text.data() + text.size());
    }
    [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
        return std::make_unique<JsonFormatter>(tag_);
    }

private:
    std::shared_ptr<const SweepTag> tag_;
};

}  // namespace

std::unique_ptr<spdlog::formatter> make_formatter(LogForm form, std::shared_ptr<const SweepTag> tag) {
    if (form == LogForm::json) return std::make_unique<JsonFormatter>(std::move(tag));
    auto text = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
    text->add_flag<SweepFlag>('*', std::move(tag)).set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %v%*");
    return text;
}

Logging make_logging(spdlog::level::level_enum level, LogForm form) {
    auto tag = std::make_shared<SweepTag>();
    spdlog::sink_ptr sink;
    if (form == LogForm::journald) {
        sink = std::make_shared<JournaldSink>(tag);
    } else {
        sink = std::make_shared<spdlog::sinks::ansicolor_stderr_sink_mt>();
        sink->set_formatter(make_formatter(form, tag));
    }
    auto logger = std::make_shared<SummingLogger>("ds-reconcilerd", std::move(sink));
    logger->set_level(level);
    logger->flush_on(spdlog::level::trace);
    return {std::move(logger), std::move(tag)};
}

}  // namespace dsr::ops
