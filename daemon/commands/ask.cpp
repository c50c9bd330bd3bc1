// SPDX-License-Identifier: Apache-2.0
#include "commands/ask.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <boost/url/url.hpp>
#include <chrono>
#include <csignal>
#include <limits>
#include <sstream>
#include <thread>

#include "base/text.hpp"
#include "cluster_identity.hpp"
#include "commands/ask_clusters.hpp"
#include "engine.hpp"
#include "query/query_service.hpp"
#include "query/text.hpp"

namespace dsr {

using query::Json;
using About = Question::About;

namespace {

constexpr std::int64_t max_id = std::numeric_limits<std::int32_t>::max();  // an int in every release

/// Of the subcommand and of the path in the API.
std::string name_of(About about) {
    constexpr std::array<const char*, 5> names{"status", "verdicts", "explain", "history", "impact"};
    return names.at(static_cast<std::size_t>(about));
}

std::vector<std::string> verdict_words() {
    return {model::verdict_names.begin(), model::verdict_names.end()};
}

std::vector<std::string> state_words() {
    std::vector<std::string> words;
    for (const auto& [code, name] : query::state_names()) words.push_back(name);
    return words;
}

std::vector<std::string> sort_words() {
    return {query::verdict_sort_names.begin(), query::verdict_sort_names.end()};
}

CLI::App* add(CLI::App& app, Question& question, About about, const char* what) {
    auto* command = app.add_subcommand(name_of(about), what);
    add_output(*command, question.output);
    auto* direct =
        command->add_flag("--direct", question.direct, "read ZooKeeper and the database, even if a daemon answers");
    add_named_daemon(*command, question.daemon,
                     "ask the daemon at http://HOST:PORT, or unix:PATH; needs no configuration")
        ->excludes(direct);
    command->callback([&question, about] { question.about = about; });
    return command;
}

CLI::Option* add_limit(CLI::App* command, Question& question, std::size_t most) {
    return command->add_option("--limit", question.limit, "maximum number of rows, 100 by default")
        ->check(CLI::Range(std::size_t{1}, most));
}

/// The request to a daemon for that question: path and query.
std::string target_of(const Question& question) {
    const auto about = question.about;
    boost::urls::url target("/api/v1");
    target.segments().push_back(question.timeline ? "timeline" : name_of(about));
    if (question.timeline) return target.buffer();
    const auto ask = [&target](const char* what, const auto& value) {
        target.encoded_params().append(
            {what, boost::urls::encode(fmt::format("{}", value), boost::urls::unreserved_chars)});
    };
    if (about == About::explain) {
        target.segments().push_back(std::to_string(question.instance.value()));
    } else if (question.instance) {
        ask("instance", *question.instance);
    }
    if (!question.after.empty()) ask("after", question.after);
    if (about == About::verdicts || about == About::history) ask("limit", question.limit);
    const auto& filter = question.filter;
    for (const auto verdict : filter.verdicts) ask("verdict", name(verdict));
    for (const auto state : filter.states) ask("state", query::state_name(state).value_or(std::to_string(state)));
    if (filter.host) ask("host", *filter.host);
    if (filter.project) ask("project", *filter.project);
    if (filter.name) ask("name", *filter.name);
    if (filter.sort) ask("sort", query::verdict_sort_names[static_cast<std::size_t>(*filter.sort)]);
    return target.buffer();
}

std::optional<model::WorkflowInstanceId> instance_of(const Question& question) {
    if (!question.instance) return std::nullopt;
    return model::WorkflowInstanceId{*question.instance};
}

Json status_of(const config::Config& config, const query::QueryService& query_service, model::Instant now) {
    auto seen = query_service.daemon_status();
    seen.cluster = identity_of(config);
    return status(seen, now);
}

Json answer_to(const config::Config& config, const Question& question, const query::QueryService& query_service,
               model::Instant now) {
    switch (question.about) {
        case About::status:
            return status_of(config, query_service, now);
        case About::verdicts:
            return to_json(query_service.verdicts(question.filter, question.after, question.limit));
        case About::explain:
            return to_json(query_service.explain(instance_of(question).value()));
        case About::history:
            if (question.timeline) return to_json(query_service.timeline());
            return to_json(query_service.history(instance_of(question), question.limit));
        case About::impact:
            return to_json(query_service.impact());
    }
    return nullptr;
}

Json answer_of(const Question& question, const Configuration& configuration) {
    const auto target = target_of(question);
    if (!question.daemon.url.empty()) return ask_named_daemon(question.daemon, target);
    std::string why_none = "--direct is given";
    if (!question.direct) {
        const auto config = configuration.load(config::SecretFiles::none, Configuration::Purpose::ask);
        auto answer = ask_daemon(config, target);
        if (answer.json) return *std::move(answer.json);
        why_none = answer.why_none;
    }
    Json answer;
    const auto config = configuration.load_without_daemon(why_none);
    observe_directly(
        config, [&](const auto& service, model::Instant now) { answer = answer_to(config, question, service, now); });
    return answer;
}

void print(std::ostream& out, const Question& question, const Json& answer, query::Style style) {
    switch (question.about) {
        case About::status:
            return print_status(out, answer, style);
        case About::verdicts:
            return print_verdicts(out, answer, style);
        case About::explain:
            return print_explanation(out, answer, style);
        case About::history:
            return question.timeline ? print_timeline(out, answer, style) : print_history(out, answer, style);
        case About::impact:
            return print_impact(out, answer, style);
    }
}

Exit print_answer(const Configuration& configuration, const Question& question, std::ostream& out) {
    const auto answer = question.all_clusters ? ask_clusters(configuration) : answer_of(question, configuration);
    if (question.output.is_data()) {
        out << data_text(answer, question.output.form);
    } else {
        try {
            auto style = style_of(question.output);
            style.all_masters = question.all_masters;
            if (question.all_clusters) {
                print_clusters(out, answer, style);
            } else {
                print(out, question, answer, style);
            }
        } catch (const Json::exception&) {
            throw model::Failure(model::ErrorKind::permanent,
                                 "the daemon's answer is not one that this version can print; use the version of the "
                                 "daemon, or --json");
        }
    }
    const bool unknown = question.about == About::explain && answer.at("standing") == "unknown";
    return unknown ? Exit::usage : Exit::nothing_left;
}

/// A frame is written at once, so a signal that ends the process between two leaves the terminal as it should be.
[[noreturn]] void watch(const Configuration& configuration, const Question& question, std::ostream& out) {
    if (question.output.is_data())
        throw model::Failure(model::ErrorKind::permanent, "--watch prints tables; use -o table or -o wide with it");
    for (const int number : {SIGINT, SIGTERM}) (void)std::signal(number, [](int) { ::_exit(0); });
    const bool redraws = ::isatty(STDOUT_FILENO) == 1;
    const std::chrono::duration<double> pause(question.watch.value());
    bool was_answered = false;
    while (true) {
        std::ostringstream frame;
        try {
            (void)print_answer(configuration, question, frame);
            was_answered = true;
        } catch (const model::Failure& failure) {  // later it may be a daemon that is restarted
            if (!was_answered && failure.kind() == model::ErrorKind::permanent) throw;
            frame << base::printable(failure.what()) << "\n";
        }
        out << (redraws ? "\033[H\033[2J" : "") << frame.str() << (redraws ? "" : "\n") << std::flush;
        if (!out) throw model::Failure(model::ErrorKind::permanent, "the output cannot be written");
        std::this_thread::sleep_for(pause);
    }
}

void add_watch(CLI::App* command, Question& question) {
    command
        ->add_option_function<std::string>(
            "--watch", [&question](const std::string& seconds) { question.watch = std::stod(seconds); },
            "print it again and again, by default each 2 seconds, until Ctrl-C")
        ->expected(0, 1)
        ->default_str("2")
        ->type_name("SECONDS")
        ->check(CLI::Range(0.2, 86400.0));
}

}  // namespace

std::vector<CLI::App*> add_questions(CLI::App& app, Question& question) {
    auto* status = add(app, question, About::status, "cluster, masters, leader, sweeps, holds, counts by verdict");
    status->add_flag("--all-masters", question.all_masters, "every live master, not only the first ten");
    auto* all = status->add_flag("--all", question.all_clusters,
                                 "every cluster that has a configuration in the folder of this one, a line for each");
    for (const char* other : {"--all-masters", "--direct", "--url"}) all->excludes(status->get_option(other));
    add_watch(status, question);

    auto* verdicts = add(app, question, About::verdicts, "the verdict of every unfinished workflow, and its reason");
    verdicts
        ->add_option_function<std::vector<std::string>>(
            "--verdict",
            [&question](const std::vector<std::string>& words) {
                for (const auto& word : words) {
                    const auto found = base::enumerator_named<model::Verdict>(model::verdict_names, word);
                    if (found) question.filter.verdicts.push_back(*found);
                }
            },
            "only these; may be repeated")
        ->check(CLI::IsMember(verdict_words()));
    verdicts->add_option("--host", question.filter.host, "only those that name this host, as host:port");
    verdicts->add_option("--project", question.filter.project, "only those of this project: its name or code");
    verdicts->add_option("--name", question.filter.name, "only those whose name contains this");
    verdicts
        ->add_option_function<std::vector<std::string>>(
            "--state",
            [&question](const std::vector<std::string>& words) {
                for (const auto& [code, name] : query::state_names()) {
                    if (std::ranges::find(words, name) != words.end()) question.filter.states.push_back(code);
                }
            },
            "only these states of DolphinScheduler; may be repeated")
        ->check(CLI::IsMember(state_words()));
    verdicts
        ->add_option_function<std::string>(
            "--sort",
            [&question](const std::string& word) {
                question.filter.sort = base::enumerator_named<query::VerdictSort>(query::verdict_sort_names, word);
            },
            "the order; attention, the default, begins with what a person must act upon")
        ->check(CLI::IsMember(sort_words()));
    verdicts->add_option("--after", question.after, "the next page, as the end of a page says; an id with --sort id")
        ->check(CLI::Validator(
            [](const std::string& text) {
                return query::is_page_mark(text) ? "" : "--after is what the end of the page before says, or an id";
            },
            "MARK"));
    add_limit(verdicts, question, query::Verdicts::most);
    add_watch(verdicts, question);

    auto* explain = add(app, question, About::explain,
                        "one workflow instance: its row, its owner, each gate, the next step, the journal");
    explain->add_option("id", question.instance, "the id of the workflow instance")
        ->required()
        ->check(CLI::Range(std::int64_t{1}, max_id));

    auto* history = add(app, question, About::history, "actions and operators' notes, from the journal");
    auto* one = history->add_option("--instance", question.instance, "only of this workflow instance")
                    ->check(CLI::Range(std::int64_t{1}, max_id));
    history
        ->add_flag("--timeline", question.timeline,
                   "the last 24 hours: masters lost and back, holds, recoveries by loss, commands")
        ->excludes(one)
        ->excludes(add_limit(history, question, query::History::most));

    auto* impact = add(app, question, About::impact,
                       "what a failover would re-run now: workflows, running tasks, external applications");
    return {status, verdicts, explain, history, impact};
}

void observe_directly(const config::Config& config,
                      const std::function<void(const query::QueryService& service, model::Instant now)>& use) {
    auto quiet = config;  // no watch, no recordings
    quiet.sweep.watch = false;
    quiet.recording.enabled = false;
    quiet.log.level = config::LogLevel::error;  // only the answer matters, and it says what is wrong
    const auto logging = logging_of(quiet.log);
    boost::asio::io_context io;
    alert::Delivery nobody(io, *logging.logger);
    const Engine engine(quiet, Dependencies{*logging.logger, io, [] {}, {}, nobody}, nullptr);
    use(engine.query_service(query::QueryService::Role::observer, {}), engine.now());
}

Exit run_question(const Configuration& configuration, const Question& question, std::ostream& out) {
    if (question.watch) watch(configuration, question, out);
    return print_answer(configuration, question, out);
}

}  // namespace dsr
