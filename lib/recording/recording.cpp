// SPDX-License-Identifier: Apache-2.0
#include "recording/recording.hpp"

#include "model/failure.hpp"
#include "recording/format.hpp"
#include "recording/gzip.hpp"

namespace dsr::recording {

using model::ErrorKind;
using model::Failure;

namespace {

constexpr std::size_t max_text = std::size_t{256} << 20U;
/// A recording has about ten levels and 120 names and values a row; a file made to exhaust memory has more.
constexpr int max_depth = 32;
constexpr std::size_t max_values = 4'000'000;

std::string written_version(const Json& json) {
    const Json version = json.value("format_version", Json());
    return version.is_number_integer() ? version.dump() : "not a number";
}

Json parse(std::string_view text) {
    std::size_t values = 0;
    try {
        return Json::parse(text.begin(), text.end(), [&](int depth, Json::parse_event_t, Json&) {
            if (depth > max_depth || ++values > max_values)
                throw Failure(ErrorKind::permanent, "it contains more values, or deeper nesting, than a recording can");
            return true;
        });
    } catch (const Json::parse_error& error) {
        throw Failure(ErrorKind::permanent, "it is not JSON or is truncated: at byte " + std::to_string(error.byte));
    }
}

}  // namespace

Recording parse_recording(std::string_view text) {
    const Json json = parse(text);
    if (!json.is_object() || json.value("format", Json()) != format_name)
        throw Failure(ErrorKind::permanent, "it is not a recording of ds-reconcilerd: 'format' does not say so");
    if (json.value("format_version", Json()) != format_version)
        throw Failure(ErrorKind::permanent,
                      "it was written by another version of ds-reconcilerd ('format_version' is " +
                          written_version(json) + ", this one reads " + std::to_string(format_version) + ")");
    try {
        Recording recording;
        read(json, recording);
        return recording;
    } catch (const Unreadable& unreadable) {
        throw Failure(ErrorKind::permanent, "it is damaged: " + unreadable.where + " " + unreadable.what);
    }
}

Recording read_recording(const std::filesystem::path& file) {
    const std::string text = read_gzip_or_plain(file, max_text);
    try {
        return parse_recording(text);
    } catch (const Failure& failure) {
        throw Failure(ErrorKind::permanent, file.string() + " cannot be replayed: " + failure.what());
    }
}

}  // namespace dsr::recording
