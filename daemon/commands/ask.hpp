// SPDX-License-Identifier: Apache-2.0
// `ds-reconcilerd status|verdicts|explain|history|impact`: their options, and their answers. Asks the running daemon.
// If none answers, observes directly: own connections, no lock, no place in the queue of replicas, no write. Main
// thread.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "commands/ask_daemon.hpp"
#include "commands/configuration.hpp"
#include "commands/output.hpp"
#include "config/config.hpp"
#include "exit_code.hpp"
#include "model/instant.hpp"
#include "model/verdict.hpp"
#include "query/query_service.hpp"

namespace dsr {

struct Question {
    enum class About { status, verdicts, explain, history, impact };
    About about = About::status;
    query::VerdictFilter filter;           ///< of verdicts
    std::string after;                     ///< of verdicts; empty: the first page
    std::size_t limit = 100;               ///< of verdicts and history
    std::optional<std::int64_t> instance;  ///< of explain and history
    bool all_clusters = false;             ///< of status
    bool all_masters = false;              ///< of status
    bool timeline = false;                 ///< of history: what happened, instead of each entry
    Output output;
    /// Of status and verdicts: ask again after so many seconds, until SIGINT or SIGTERM.
    std::optional<double> watch;
    bool direct = false;  ///< do not ask a daemon
    NamedDaemon daemon;   ///< ask only this one
};

/// Adds the subcommands; parsing fills `question`, which must live as long as `app`.
std::vector<CLI::App*> add_questions(CLI::App& app, Question& question);

/// Calls `use` with a service that observes by its own connections: no lock, no place in the queue of replicas, no
/// write. `now`: of its clock. Throws model::Failure.
void observe_directly(const config::Config& config,
                      const std::function<void(const query::QueryService& service, model::Instant now)>& use);

/// Prints the answer. Loads secrets only if no daemon answers, and no configuration if the daemon is named. Exit::usage
/// for an unknown instance. Throws model::Failure. With `watch` it prints until a signal ends the process, with 0.
Exit run_question(const Configuration& configuration, const Question& question, std::ostream& out);

}  // namespace dsr
