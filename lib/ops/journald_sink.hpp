// SPDX-License-Identifier: Apache-2.0
// Lines as entries of systemd's journal, with fields: MESSAGE, PRIORITY, SYSLOG_IDENTIFIER, and SWEEP_ID for those of a
// sweep (journalctl SWEEP_ID=...). Thread-safe.
#pragma once

#include <spdlog/sinks/base_sink.h>
#include <sys/uio.h>

#include <functional>
#include <memory>
#include <mutex>

#include "ops/sweep_tag.hpp"

namespace dsr::ops {

/// Whether `descriptor` is the journal's stream, by $JOURNAL_STREAM ("device:inode"; null when it is not set).
bool is_journal_stream(const char* journal_stream, int descriptor);

/// syslog's number: 7 debug to 2 critical.
int priority_of(spdlog::level::level_enum level);

class JournaldSink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    /// As sd_journal_sendv: 0 or a negative errno. Fields are "NAME=value".
    using Send = std::function<int(const iovec* fields, int count)>;

    /// send: libsystemd's, except in tests.
    explicit JournaldSink(std::shared_ptr<const SweepTag> tag, Send send = {});

protected:
    void sink_it_(const spdlog::details::log_msg& message) override;
    void flush_() override {}

private:
    std::shared_ptr<const SweepTag> tag_;
    Send send_;
};

}  // namespace dsr::ops
