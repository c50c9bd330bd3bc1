// SPDX-License-Identifier: Apache-2.0
#include "worker/kill_frame.hpp"

#include <nlohmann/json.hpp>

namespace dsr::worker {

namespace {

constexpr unsigned char magic = 0xBE;
constexpr std::string_view context = R"({"items":{}})";
constexpr std::size_t bytes_before_context = 1 + 1 + 1 + 8 + 4;

template <class Number>
void append_big_endian(std::string& out, Number number) {
    for (int shift = static_cast<int>(sizeof(Number) * 8) - 8; shift >= 0; shift -= 8)
        out.push_back(static_cast<char>((static_cast<std::uint64_t>(number) >> shift) & 0xFFU));
}

std::uint32_t big_endian_32(std::string_view bytes) {
    std::uint32_t number = 0;
    for (const char byte : bytes.substr(0, 4)) number = (number << 8U) | static_cast<unsigned char>(byte);
    return number;
}

}  // namespace

std::optional<KillMessageTypes> kill_message_types(const model::SchemaFacts& schema) {
    if (!schema.marks_tasks()) return std::nullopt;
    if (schema.state_history) return KillMessageTypes{18, 19};  // 3.1
    if (!schema.version) return std::nullopt;
    if (*schema.version <= model::Version{3, 0, 0}) return KillMessageTypes{15, 16};
    if (schema.version->major == 3 && schema.version->minor == 0) return KillMessageTypes{17, 18};
    return std::nullopt;
}

std::string encode_kill_request(KillMessageTypes types, std::int64_t request_id, model::TaskInstanceId task) {
    const std::string body = nlohmann::json{{"taskInstanceId", task.value}}.dump();
    std::string frame;
    frame.push_back(static_cast<char>(magic));
    frame.push_back('\0');
    frame.push_back(static_cast<char>(types.request));
    append_big_endian(frame, request_id);
    append_big_endian(frame, static_cast<std::uint32_t>(context.size()));
    frame += context;
    append_big_endian(frame, static_cast<std::uint32_t>(body.size()));
    frame += body;
    return frame;
}

FrameParse parse_frame(std::string_view bytes) {
    FrameParse result;
    if (bytes.empty()) return result;
    if (static_cast<unsigned char>(bytes[0]) != magic) {
        result.status = FrameParse::Status::broken;
        return result;
    }
    if (bytes.size() < bytes_before_context) return result;
    const std::size_t context_size = big_endian_32(bytes.substr(bytes_before_context - 4));
    if (context_size > max_part) {
        result.status = FrameParse::Status::broken;
        return result;
    }
    const std::size_t body_length_at = bytes_before_context + context_size;
    if (bytes.size() < body_length_at + 4) return result;
    const std::size_t body_size = big_endian_32(bytes.substr(body_length_at));
    if (body_size > max_part) {
        result.status = FrameParse::Status::broken;
        return result;
    }
    if (bytes.size() < body_length_at + 4 + body_size) return result;
    result.status = FrameParse::Status::complete;
    result.frame.type = static_cast<std::uint8_t>(bytes[2]);
    result.frame.body = std::string(bytes.substr(body_length_at + 4, body_size));
    result.consumed = body_length_at + 4 + body_size;
    return result;
}

std::optional<KillAnswerBody> parse_kill_answer(std::string_view body) {
    const auto json = nlohmann::json::parse(body, nullptr, false);
    if (!json.is_object()) return std::nullopt;
    const auto task = json.find("taskInstanceId");
    if (task == json.end() || !task->is_number_integer()) return std::nullopt;
    const auto status = json.find("status");
    return KillAnswerBody{{task->get<std::int64_t>()},
                          status != json.end() && status->is_string() && status->get<std::string>() == "SUCCESS"};
}

}  // namespace dsr::worker
