// SPDX-License-Identifier: Apache-2.0
// The bytes of DolphinScheduler's task-kill message to a worker, 2.0.2 to 3.1 (docs/dolphinscheduler-protocol.md,
// section 10.2). Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/ids.hpp"
#include "model/schema_facts.hpp"

namespace dsr::worker {

/// Position of the request in that release's enum CommandType; the answer's is one higher.
struct KillMessageTypes {
    std::uint8_t request = 0;
    std::uint8_t answer = 0;
    bool operator==(const KillMessageTypes&) const = default;
};

/// 15/16 in 2.0.2 to 3.0.0, 17/18 in 3.0.1 to 3.0.6, 18/19 in 3.1. Nothing when schema and version row do not tell, and
/// for 3.2 and later, where the new master takes the tasks over itself.
std::optional<KillMessageTypes> kill_message_types(const model::SchemaFacts& schema);

/// One request frame: 0xBE, version 0, type, int64 id, int32 length + context, int32 length + body, big-endian.
std::string encode_kill_request(KillMessageTypes types, std::int64_t request_id, model::TaskInstanceId task);

/// A frame cut from a stream.
struct Frame {
    std::uint8_t type = 0;
    std::string body;
};

struct FrameParse {
    enum class Status { complete, incomplete, broken };
    Status status = Status::incomplete;
    Frame frame;
    std::size_t consumed = 0;  ///< bytes of the complete frame
};

/// The largest accepted body or context; a worker's answer is a few hundred bytes.
inline constexpr std::uint32_t max_part = 1U << 20U;

/// Finds one whole frame at the start of `bytes`.
FrameParse parse_frame(std::string_view bytes);

/// A worker's answer about one task.
struct KillAnswerBody {
    model::TaskInstanceId task;
    bool success = false;
};

/// The body of an answer frame; nothing when it is not one.
std::optional<KillAnswerBody> parse_kill_answer(std::string_view body);

}  // namespace dsr::worker
