// SPDX-License-Identifier: Apache-2.0
#include "ops/logging.hpp"

#include <spdlog/sinks/ansicolor_sink.h>

#include "ops/json_formatter.hpp"

namespace dsr::ops {

std::shared_ptr<spdlog::logger> make_logger(spdlog::level::level_enum level, LogForm form) {
    auto sink = std::make_shared<spdlog::sinks::ansicolor_stderr_sink_mt>();
    auto logger = std::make_shared<spdlog::logger>("ds-reconcilerd", std::move(sink));
    if (form == LogForm::json) {
        logger->set_formatter(std::make_unique<JsonFormatter>());
    } else {
        logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %v", spdlog::pattern_time_type::utc);
    }
    logger->set_level(level);
    logger->flush_on(spdlog::level::trace);
    return logger;
}

}  // namespace dsr::ops
