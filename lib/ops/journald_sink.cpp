// SPDX-License-Identifier: Apache-2.0
#include "ops/journald_sink.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include <string>
#include <vector>

namespace dsr::ops {

bool is_journal_stream(const char* journal_stream, int descriptor) {
    struct stat status {};
    return journal_stream != nullptr && ::fstat(descriptor, &status) == 0 &&
           fmt::format("{}:{}", status.st_dev, status.st_ino) == journal_stream;
}

int priority_of(spdlog::level::level_enum level) {
    switch (level) {
        case spdlog::level::critical:
            return 2;
        case spdlog::level::err:
            return 3;
        case spdlog::level::warn:
            return 4;
        case spdlog::level::info:
            return 6;
        default:
            return 7;
    }
}

JournaldSink::JournaldSink(std::shared_ptr<const SweepTag> tag, Send send)
    : tag_(std::move(tag)), send_(send ? std::move(send) : Send(&::sd_journal_sendv)) {}

void JournaldSink::sink_it_(const spdlog::details::log_msg& message) {
    std::vector<std::string> fields{
        fmt::format("MESSAGE={}", std::string_view(message.payload.data(), message.payload.size())),
        fmt::format("PRIORITY={}", priority_of(message.level)), "SYSLOG_IDENTIFIER=ds-reconcilerd"};
    if (const auto sweep = tag_->of(message.thread_id); !sweep.empty())
        fields.push_back(fmt::format("SWEEP_ID={}", sweep));
    std::vector<iovec> vectors;
    vectors.reserve(fields.size());
    for (auto& field : fields) vectors.push_back({field.data(), field.size()});
    if (send_(vectors.data(), static_cast<int>(vectors.size())) >= 0) return;
    // The stream also goes to the journal, which reads a priority from "<4>".
    const auto line = fmt::format("<{}>{}\n", priority_of(message.level), fields.front().substr(8));
    if (::write(STDERR_FILENO, line.data(), line.size()) < 0) return;  // no other output left for the error
}

}  // namespace dsr::ops
