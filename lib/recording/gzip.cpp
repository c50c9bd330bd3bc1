// SPDX-License-Identifier: Apache-2.0
#include "recording/gzip.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <memory>
#include <new>
#include <system_error>

#include "base/file_descriptor.hpp"
#include "model/failure.hpp"

namespace dsr::recording {

using model::ErrorKind;
using model::Failure;

namespace {

constexpr int gzip_window = 15 + 16;  // the largest window, with gzip's header and check sum
constexpr int memory_level = 8;

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& why) {
    throw Failure(ErrorKind::permanent, file.string() + " " + why);
}

struct CloseGzip {
    void operator()(gzFile file) const { static_cast<void>(::gzclose_r(file)); }
};

}  // namespace

Gzip::Gzip() {
    if (::deflateInit2(&stream_, Z_BEST_SPEED, Z_DEFLATED, gzip_window, memory_level, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::bad_alloc();
}

Gzip::~Gzip() {
    static_cast<void>(::deflateEnd(&stream_));
}

void Gzip::run(int flush) {
    std::array<unsigned char, 16'384> piece{};
    do {
        stream_.next_out = piece.data();
        stream_.avail_out = static_cast<uInt>(piece.size());
        static_cast<void>(::deflate(&stream_, flush));  // cannot fail while there is output space
        out_.append(piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(piece.size() - stream_.avail_out));
    } while (stream_.avail_out == 0);
}

void Gzip::add(std::string_view text) {
    constexpr std::size_t at_once = std::size_t{1} << 20U;
    while (!text.empty()) {
        std::string piece(text.substr(0, at_once));  // zlib takes no const
        text.remove_prefix(piece.size());
        stream_.next_in = reinterpret_cast<Bytef*>(piece.data());
        stream_.avail_in = static_cast<uInt>(piece.size());
        run(Z_NO_FLUSH);
    }
}

std::string Gzip::finish() {
    stream_.next_in = nullptr;
    stream_.avail_in = 0;
    run(Z_FINISH);
    return std::move(out_);
}

std::string read_gzip_or_plain(const std::filesystem::path& file, std::size_t most) {
    // Do not wait for a writer if the path is a pipe.
    base::FileDescriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!descriptor.is_open()) refuse(file, "cannot be opened: " + std::generic_category().message(errno));
    struct stat status {};
    if (::fstat(descriptor.get(), &status) != 0 || !S_ISREG(status.st_mode)) refuse(file, "is not a regular file");
    const std::unique_ptr<gzFile_s, CloseGzip> reader(::gzdopen(descriptor.get(), "rb"));
    if (!reader) throw std::bad_alloc();
    descriptor.release();  // the reader closes it
    std::string text;
    std::array<char, 65'536> piece{};
    for (;;) {
        const int count = ::gzread(reader.get(), piece.data(), static_cast<unsigned>(piece.size()));
        int error = Z_OK;
        const char* words = ::gzerror(reader.get(), &error);
        if (count < 0 && error == Z_ERRNO) refuse(file, "cannot be read: " + std::generic_category().message(errno));
        if (count < 0) refuse(file, std::string("is damaged: ") + words);
        if (text.size() + static_cast<std::size_t>(count) > most)
            refuse(file, "holds more than " + std::to_string(most >> 20U) + " MiB, the maximum of a recording");
        text.append(piece.data(), static_cast<std::size_t>(count));
        if (error == Z_BUF_ERROR) refuse(file, "is truncated");
        if (count == 0) return text;
    }
}

}  // namespace dsr::recording
