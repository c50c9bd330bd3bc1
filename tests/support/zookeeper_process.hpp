// SPDX-License-Identifier: Apache-2.0
// A child process with pipes to its standard input and output, killed when this one dies, however it dies; ended by its
// own pid, never by name. Thread: one.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace dsr::support {

class ChildProcess {
public:
    /// Starts command (found in PATH); its standard error goes to log. Throws std::system_error.
    ChildProcess(const std::vector<std::string>& command, const std::filesystem::path& log);
    ~ChildProcess();  ///< kills it if it still runs
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    [[nodiscard]] bool running();
    void signal(int number) const;
    void suspend();  ///< SIGSTOP; returns when it has stopped
    void resume();
    /// Signal 9, and waits until it is gone.
    void kill();
    /// SIGTERM, and signal 9 if that took longer than 10 s.
    void stop();

    void write_line(const std::string& line);
    /// The next line of its standard output, without the end of line. Throws std::runtime_error when none comes in time
    /// or the output ended.
    std::string read_line(std::chrono::milliseconds within = std::chrono::seconds{30});

private:
    pid_t pid_ = -1;
    int input_ = -1;
    int output_ = -1;
    std::string unread_;
};

/// A loopback port that nothing listens on now.
int free_port();

}  // namespace dsr::support
