// SPDX-License-Identifier: Apache-2.0
#include "commands/ask_clusters.hpp"

#include <fmt/format.h>

#include <vector>

#include "commands/ask_daemon.hpp"
#include "model/failure.hpp"
#include "model/instant.hpp"
#include "query/daemon_status.hpp"

namespace dsr {

namespace {

query::ClusterAnswer ask_one(const Configuration& configuration) {
    query::ClusterAnswer cluster{configuration.file().stem().string(), nullptr};
    try {
        const auto config = configuration.load(config::SecretFiles::none, Configuration::Purpose::ask);
        auto answer = ask_daemon(config, "/api/v1/status");
        if (answer.json) cluster.status = *std::move(answer.json);
        cluster.error = answer.why_none;
    } catch (const model::Failure& failure) {
        cluster.error = failure.what();
    }
    return cluster;
}

}  // namespace

query::Json ask_clusters(const Configuration& configuration) {
    std::vector<query::ClusterAnswer> answers;
    for (const auto& one : configuration.of_folder()) answers.push_back(ask_one(one));
    if (answers.empty())
        throw model::Failure(model::ErrorKind::permanent,
                             fmt::format("there is no configuration in {}: name another folder's with --config FILE",
                                         configuration.file().parent_path().string()));
    return query::clusters(answers, model::system_now());
}

}  // namespace dsr
