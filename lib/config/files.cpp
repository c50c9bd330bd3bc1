// SPDX-License-Identifier: Apache-2.0
#include "config/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/file_descriptor.hpp"
#include "base/text.hpp"
#include "config/keys.hpp"
#include "config/text.hpp"
#include "config/text_checks.hpp"

namespace dsr::config {

namespace {

constexpr std::size_t max_secret = 64UL * 1024UL;

Fault failed(const std::string& what, int error) {
    return Fault{"cannot be " + what + ": " + std::generic_category().message(error)};
}

std::string size_in_words(std::size_t bytes) {
    return std::to_string(bytes / 1024) + " KiB";
}

// Describes what is wrong with the text of a secret file, without any of the text. Removes the line end.
std::optional<std::string> fault_in(std::string& text) {
    while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
    if (text.empty()) return "is empty";
    if (text.find_first_of("\r\n") != std::string::npos) return "has more than one line; a secret is one line";
    if (base::find_invalid_utf8(text)) return "is not UTF-8";
    if (find_control_character(text)) return "contains a control character";
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

bool is_wanted(const Key& secret, SecretFiles which) {
    return which == SecretFiles::all || (which == SecretFiles::http_token && secret.path == "http.token");
}

}  // namespace

Checked<Input> read_input(const std::filesystem::path& file, std::size_t limit, InputKind kind) {
    const int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | (kind == InputKind::regular ? O_NONBLOCK : 0);
    const base::FileDescriptor descriptor{::open(file.c_str(), flags)};
    if (!descriptor.is_open()) return failed("opened", errno);
    struct stat status {};
    if (::fstat(descriptor.get(), &status) != 0) return failed("examined", errno);
    if (S_ISDIR(status.st_mode)) return Fault{"is a directory; a file is needed"};
    if (kind == InputKind::regular && !S_ISREG(status.st_mode)) return Fault{"is not a regular file"};

    Input input{{}, status.st_mode & 07777U};
    input.text.reserve(limit + 1);  // no reallocation, so a secret leaves no copies behind
    std::array<char, 4096> buffer{};
    ssize_t count = 0;
    while (input.text.size() <= limit) {
        count = ::read(descriptor.get(), buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        const auto room = limit + 1 - input.text.size();
        input.text.append(buffer.data(), std::min(static_cast<std::size_t>(count), room));
    }
    const int error = count < 0 ? errno : 0;
    explicit_bzero(buffer.data(), buffer.size());
    if (error == 0 && input.text.size() <= limit) return input;
    wipe(input.text);
    if (error != 0) return failed("read", error);
    return Fault{"is larger than " + size_in_words(limit) + ", the most that is read"};
}

void read_secret_files(ConfigDraft& draft, const std::filesystem::path& credentials, SecretFiles which) {
    const auto all = keys_of(draft.config());
    for (const auto& secret : all) {
        if (secret.kind != Kind::secret) continue;
        const Key& file_key = *std::ranges::find(all, secret.path + "_file", &Key::path);
        const ValueOrigin* in_place = draft.origin_of(secret.path);
        const ValueOrigin* in_file = draft.origin_of(file_key.path);
        if (in_place != nullptr && in_file != nullptr) {
            draft.error(secret.path, "is given together with " + file_key.path + " (" + to_string(*in_file) +
                                         "); keep one of the two");
        } else if (in_place != nullptr && draft.is_in_file(*in_place)) {
            draft.warning(secret.path, "stands in the configuration itself; a file of its own, named by " +
                                           std::string{leaf_of(file_key.path)} + ", can be protected better");
        } else if (in_file != nullptr && is_wanted(secret, which) && draft.are_sound({file_key.path})) {
            read_secret_file(secret, file_key, credentials, draft);
        }
    }
}

Checked<Secret> read_token(const std::filesystem::path& file) {
    const std::string name = shown(file.string());
    auto input = read_input(file, max_secret, InputKind::regular);
    if (const auto* fault = fault_of(input)) return Fault{name + " " + fault->message};
    auto& text = std::get<Input>(input).text;
    Checked<Secret> result;
    if (const auto fault = fault_in(text)) {
        result = Fault{name + " " + *fault};
    } else if (auto token = check_token(text); const auto* refused = fault_of(token)) {
        result = Fault{"the content of " + name + " " + refused->message};
    } else {
        result = Secret(std::get<std::string>(token));
        wipe(std::get<std::string>(token));
    }
    wipe(text);
    return result;
}

}  // namespace dsr::config
