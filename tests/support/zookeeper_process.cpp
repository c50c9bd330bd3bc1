// SPDX-License-Identifier: Apache-2.0
#include "support/zookeeper_process.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace dsr::support {
namespace {

using Clock = std::chrono::steady_clock;

int checked(int result, const char* what) {
    if (result < 0) throw std::system_error(errno, std::generic_category(), what);
    return result;
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& command, const std::filesystem::path& log) {
    int to_child[2];
    int from_child[2];
    checked(pipe2(to_child, O_CLOEXEC), "pipe");
    checked(pipe2(from_child, O_CLOEXEC), "pipe");
    const int errors = checked(::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600), log.c_str());
    std::vector<char*> arguments;
    for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const pid_t parent = getpid();
    pid_ = checked(fork(), "fork");
    if (pid_ == 0) {  // only what is safe between fork and exec
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent || dup2(to_child[0], 0) < 0 || dup2(from_child[1], 1) < 0 || dup2(errors, 2) < 0)
            _exit(127);
        execvp(arguments.front(), arguments.data());
        _exit(127);
    }
    close(to_child[0]);
    close(from_child[1]);
    close(errors);
    input_ = to_child[1];
    output_ = from_child[0];
}

ChildProcess::~ChildProcess() {
    kill();
    close(input_);
    close(output_);
}

bool ChildProcess::running() {
    if (pid_ > 0 && waitpid(pid_, nullptr, WNOHANG) != 0) pid_ = -1;
    return pid_ > 0;
}

void ChildProcess::signal(int number) const {
    if (pid_ > 0) ::kill(pid_, number);
}

void ChildProcess::suspend() {
    signal(SIGSTOP);
    int status = 0;
    if (pid_ > 0 && (waitpid(pid_, &status, WUNTRACED) != pid_ || !WIFSTOPPED(status)))
        throw std::runtime_error("the child did not stop");
}

void ChildProcess::resume() {
    signal(SIGCONT);
}

void ChildProcess::kill() {
    if (pid_ <= 0) return;
    signal(SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
}

void ChildProcess::stop() {
    signal(SIGTERM);
    for (const auto until = Clock::now() + std::chrono::seconds{10}; running() && Clock::now() < until;)
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    kill();
}

void ChildProcess::write_line(const std::string& line) {
    const auto text = line + "\n";
    if (write(input_, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
        throw std::runtime_error("the child does not take: " + line);
}

std::string ChildProcess::read_line(std::chrono::milliseconds within) {
    const auto until = Clock::now() + within;
    for (;;) {
        if (const auto end = unread_.find('\n'); end != std::string::npos) {
            auto line = unread_.substr(0, end);
            unread_.erase(0, end + 1);
            return line;
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
        pollfd ready{output_, POLLIN, 0};
        if (left <= 0 || poll(&ready, 1, static_cast<int>(left)) == 0)
            throw std::runtime_error("the child said nothing more within " + std::to_string(within.count()) + " ms");
        char some[4096];
        const auto got = read(output_, some, sizeof some);
        if (got == 0) throw std::runtime_error("the child's output ended");
        if (got > 0) unread_.append(some, static_cast<std::size_t>(got));
    }
}

int free_port() {
    const int listener = checked(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    checked(bind(listener, reinterpret_cast<sockaddr*>(&address), size), "bind");
    checked(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
    close(listener);
    return ntohs(address.sin_port);
}

}  // namespace dsr::support
