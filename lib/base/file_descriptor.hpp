// SPDX-License-Identifier: Apache-2.0
// Owns a file descriptor: a file, a folder, a socket. One thread at a time.
#pragma once

#include <unistd.h>

#include <utility>

namespace dsr::base {

class FileDescriptor {
public:
    /// Takes what open, socket and the like return: a negative number is their failure, and nothing is closed.
    explicit FileDescriptor(int number) : number_(number) {}
    FileDescriptor(FileDescriptor&& other) noexcept : number_(other.release()) {}
    FileDescriptor& operator=(FileDescriptor&&) = delete;
    ~FileDescriptor() {
        if (number_ >= 0) ::close(number_);
    }

    [[nodiscard]] bool is_open() const noexcept { return number_ >= 0; }
    [[nodiscard]] int get() const noexcept { return number_; }
    /// Passes the ownership on.
    int release() noexcept { return std::exchange(number_, -1); }

private:
    int number_;
};

}  // namespace dsr::base
