// SPDX-License-Identifier: Apache-2.0
#include "question_options.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <string_view>

#include "query/answers.hpp"

namespace dsr {

namespace {

using About = Question::About;

constexpr std::int64_t max_id = std::numeric_limits<std::int32_t>::max();  // an int in every release

std::vector<std::string> verdict_words() {
    return {model::verdict_names.begin(), model::verdict_names.end()};
}

CLI::App* add(CLI::App& app, Question& question, About about, const char* name, const char* what) {
    auto* command = app.add_subcommand(name, what);
    command->add_flag("--json", question.json, "print one JSON object");
    command->add_flag("--direct", question.direct, "look at ZooKeeper and the database, even when a daemon answers");
    command->callback([&question, about] { question.about = about; });
    return command;
}

void add_limit(CLI::App* command, Question& question, std::size_t most) {
    command->add_option("--limit", question.limit, "at most so many, 100 by default")
        ->check(CLI::Range(std::size_t{1}, most));
}

}  // namespace

std::vector<CLI::App*> add_questions(CLI::App& app, Question& question) {
    auto* status =
        add(app, question, About::status, "status", "live masters, leader, sweeps, holds, counts by verdict");

    auto* verdicts =
        add(app, question, About::verdicts, "verdicts", "what it thinks of every unfinished workflow, and why");
    verdicts
        ->add_option_function<std::vector<std::string>>(
            "--verdict",
            [&question](const std::vector<std::string>& words) {
                for (const auto& word : words) {
                    const auto found = base::enumerator_named<model::Verdict>(model::verdict_names, word);
                    if (found) question.verdicts.push_back(*found);
                }
            },
            "only these; may be repeated")
        ->check(CLI::IsMember(verdict_words()));
    verdicts->add_option("--host", question.host, "only those that name this host, as host:port");
    verdicts->add_option("--after", question.after, "only ids above this one: the next page")
        ->check(CLI::Range(std::int64_t{0}, max_id));
    add_limit(verdicts, question, query::Verdicts::most);

    auto* explain = add(app, question, About::explain, "explain",
                        "one workflow instance: its row, its owner, each gate of judging, what follows, the journal");
    explain->add_option("id", question.instance, "the id of the workflow instance")
        ->required()
        ->check(CLI::Range(std::int64_t{1}, max_id));

    auto* history = add(app, question, About::history, "history", "what was done and told, from the journal");
    history->add_option("--instance", question.instance, "only of this workflow instance")
        ->check(CLI::Range(std::int64_t{1}, max_id));
    add_limit(history, question, query::History::most);

    auto* impact = add(app, question, About::impact, "impact",
                       "what a failover would re-run now: workflows, running tasks, external applications");
    return {status, verdicts, explain, history, impact};
}

bool may_be_coloured() {
    const auto set = [](const char* name) {
        const char* const value = std::getenv(name);
        return value == nullptr ? std::string_view{} : std::string_view(value);
    };
    return ::isatty(STDOUT_FILENO) == 1 && set("NO_COLOR").empty() && set("TERM") != "dumb";
}

}  // namespace dsr
