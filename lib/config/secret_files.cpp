// SPDX-License-Identifier: Apache-2.0
#include "config/secret_files.hpp"

#include <sys/stat.h>

#include <string>

#include "config/input_file.hpp"
#include "config/keys.hpp"
#include "config/text.hpp"

namespace dsr::config {

namespace {

constexpr std::size_t max_secret = 64UL * 1024UL;

std::string place(const ValueOrigin& origin) {
    return origin.is_environment ? origin.source : origin.source + ":" + std::to_string(origin.line);
}

// Describes what is wrong with the text of a secret file, without any of the text. Removes the line end.
std::optional<std::string> fault_in(std::string& text) {
    while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
    if (text.empty()) return "is empty";
    if (text.find_first_of("\r\n") != std::string::npos) return "has more than one line; a secret is one line";
    if (find_invalid_utf8(text)) return "is not UTF-8";
    if (find_control_character(text)) return "has a control character in it";
    return std::nullopt;
}

/// The path to read a secret file from: systemd's copy of it if there is one.
std::filesystem::path place_of(const std::filesystem::path& file, const std::filesystem::path& credentials) {
    if (credentials.empty()) return file;
    const auto name = file.filename().string();
    for (const auto& id : {name, file.parent_path().filename().string() + "_" + name}) {
        std::error_code ignored;
        if (std::filesystem::is_regular_file(credentials / id, ignored)) return credentials / id;
    }
    return file;
}

void read_secret_file(const Key& secret, const Key& file_key, const std::filesystem::path& credentials,
                      ConfigDraft& draft) {
    const auto file = place_of(file_key.render(draft.config()), credentials);
    const std::string name = shown(file.string());
    auto input = read_input(file, max_secret, InputKind::regular);
    if (const auto* fault = fault_of(input)) {
        draft.error(file_key.path, name + " " + fault->message);
        return;
    }
    auto& [text, mode] = std::get<Input>(input);
    if (const auto fault = fault_in(text)) {
        draft.error(file_key.path, name + " " + *fault);
    } else if (const auto refused = secret.apply(draft.config(), text)) {
        draft.error(file_key.path, "the content of " + name + " " + refused->message);
    }
    if ((mode & S_IROTH) != 0) {
        draft.warning(file_key.path, name + " can be read by every user of this machine; chmod 640 or less");
    }
    wipe(text);
}

}  // namespace

void read_secret_files(ConfigDraft& draft, const std::filesystem::path& credentials) {
    for (const auto& secret : keys()) {
        if (secret.kind != Kind::secret) continue;
        const Key& file_key = *find_key(secret.path + "_file");
        const ValueOrigin* in_place = draft.origin_of(secret.path);
        const ValueOrigin* in_file = draft.origin_of(file_key.path);
        if (in_place != nullptr && in_file != nullptr) {
            draft.error(secret.path,
                        "is given together with " + file_key.path + " (" + place(*in_file) + "); keep one of the two");
        } else if (in_place != nullptr && !in_place->is_environment) {
            draft.warning(secret.path, "stands in the configuration itself; a file of its own, named by " +
                                           std::string{leaf_of(file_key.path)} + ", can be protected better");
        } else if (in_file != nullptr && draft.are_sound({file_key.path})) {
            read_secret_file(secret, file_key, credentials, draft);
        }
    }
}

}  // namespace dsr::config
