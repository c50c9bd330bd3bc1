// SPDX-License-Identifier: Apache-2.0
#include "api/neighbours.hpp"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "http/client.hpp"

namespace dsr::api {

namespace {

constexpr std::string_view folder_of_one = "ds-reconciler";
constexpr std::string_view file_name = "http.sock";

/// Fills the status or the error.
void take(query::ClusterAnswer& cluster, const std::exception_ptr& problem, const http::Answer& answer) {
    try {
        if (problem) std::rethrow_exception(problem);
    } catch (const http::NoAnswer& silent) {
        cluster.error = silent.what();
        return;
    }
    cluster.status = query::Json::parse(answer.body, nullptr, false);
    if (answer.status == 200 && cluster.status.is_object()) return;
    cluster.status = nullptr;
    cluster.error = answer.cluster.empty() ? "what answers there is not ds-reconcilerd"
                                           : "the daemon answers with HTTP status " + std::to_string(answer.status);
}

/// The answers until the last one came.
struct Round {
    std::vector<query::ClusterAnswer> answers;
    std::size_t awaited = 0;
    std::function<void(std::vector<query::ClusterAnswer>)> done;
};

}  // namespace

std::vector<std::filesystem::path> neighbours_of(const std::filesystem::path& own) {
    std::vector<std::filesystem::path> found;
    if (own.empty()) return found;
    std::error_code error;
    for (std::filesystem::directory_iterator folder(own.parent_path().parent_path(), error), end;
         !error && folder != end; folder.increment(error)) {
        if (!folder->path().filename().string().starts_with(folder_of_one)) continue;
        const auto socket = folder->path() / file_name;
        std::error_code ignored;
        if (socket != own && std::filesystem::is_socket(socket, ignored)) found.push_back(socket);
    }
    std::ranges::sort(found);
    return found;
}

std::string name_of_socket(const std::filesystem::path& socket) {
    auto name = socket.parent_path().filename().string();
    const auto prefix = std::string(folder_of_one) + "-";
    return name.starts_with(prefix) && name != prefix ? name.substr(prefix.size()) : socket.string();
}

void ask_neighbours(boost::asio::io_context& io, const std::vector<std::filesystem::path>& sockets,
                    std::chrono::milliseconds limit, std::function<void(std::vector<query::ClusterAnswer>)> done) {
    auto round = std::make_shared<Round>();
    round->done = std::move(done);
    round->awaited = sockets.size();
    if (sockets.empty()) return boost::asio::post(io, [round] { round->done({}); });
    for (const auto& socket : sockets) round->answers.push_back({name_of_socket(socket), nullptr, ""});
    const auto trusted = [](uid_t user) { return user == 0 || user == ::geteuid(); };
    for (std::size_t i = 0; i < sockets.size(); ++i) {
        http::async_call(io, sockets[i], {.target = "/api/v1/status", .trusts = trusted}, limit,
                         [round, i](const std::exception_ptr& problem, const http::Answer& answer) {
                             take(round->answers[i], problem, answer);
                             if (--round->awaited == 0) round->done(std::move(round->answers));
                         });
    }
}

}  // namespace dsr::api
