// SPDX-License-Identifier: Apache-2.0
// Gzip in memory, and files that may be gzip or plain. The same text always gives the same bytes.
#pragma once

#include <zlib.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace dsr::recording {

/// Takes text in pieces; the compressed form grows in memory: about 270 KiB of working space plus the output. One
/// thread.
class Gzip {
public:
    Gzip();
    ~Gzip();
    Gzip(const Gzip&) = delete;
    Gzip& operator=(const Gzip&) = delete;

    void add(std::string_view text);
    /// The complete file; nothing can be added after it.
    [[nodiscard]] std::string finish();

private:
    void run(int flush);

    z_stream stream_{};
    std::string out_;
};

/// The text of a regular file, inflated if it is gzip. Throws Failure(permanent) if it cannot be read, is damaged or
/// truncated, or has more than `most` bytes; never reads much more than that.
std::string read_gzip_or_plain(const std::filesystem::path& file, std::size_t most);

}  // namespace dsr::recording
