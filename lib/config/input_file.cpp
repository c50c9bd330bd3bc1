// SPDX-License-Identifier: Apache-2.0
#include "config/input_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/file_descriptor.hpp"
#include "config/secret.hpp"

namespace dsr::config {

namespace {

Fault failed(const std::string& what, int error) {
    return Fault{"cannot be " + what + ": " + std::generic_category().message(error)};
}

std::string size_in_words(std::size_t bytes) {
    return std::to_string(bytes / 1024) + " KiB";
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

}  // namespace dsr::config
