// SPDX-License-Identifier: Apache-2.0
#include "commands/steer.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/parameters.hpp"
#include "base/text.hpp"
#include "commands/ask.hpp"
#include "config/values.hpp"
#include "engine.hpp"
#include "http/router.hpp"
#include "journal/grants.hpp"
#include "journal/kept_note.hpp"
#include "journal/soci_journal.hpp"
#include "model/failure.hpp"
#include "query/json.hpp"
#include "query/time_text.hpp"
#include "store/sql/optional_indexes.hpp"
#include "store/sql/soci_store.hpp"

namespace dsr {

using namespace model;

namespace {

/// "name@host" of this process' user.
std::string this_user() {
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '?';
    std::array<char, 4096> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    const bool known = ::getpwuid_r(::getuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr;
    return (known ? std::string(found->pw_name) : "uid " + std::to_string(::getuid())) + "@" + host.data();
}

/// The end of a pause, in the local time zone.
std::string until_text(const std::string& rfc3339_time) {
    return query::with_clock_texts(rfc3339_time, {system_now(), false});
}

/// A note as the journal keeps it, query::note_json, as text.
std::string told(const query::Json& note) {
    constexpr std::array<std::pair<ControlAction, const char*>, 5> whole_sentences{
        {{ControlAction::resume, "resumed"},
         {ControlAction::release_mass_loss, "the masters absent now count as lost"},
         {ControlAction::release_cluster,
          "the registry and the database that the next sweep sees count as one cluster"},
         {ControlAction::release_database, "the daemon acts again after the database lost a commit"},
         {ControlAction::release_clock, "the present rows that contradict database.time_zone do not count"}}};
    const auto text = [&note](const char* key) { return base::printable(note.at(key).get<std::string>()); };
    const auto action = text("action");
    std::string what;
    for (const auto& [of, sentence] : whole_sentences) {
        if (action == name(of)) what = sentence;
    }
    if (action == name(ControlAction::pause))
        what = "paused until " + (note.at("until").is_null() ? std::string("`resume`") : until_text(text("until")));
    if (action == name(ControlAction::release))
        what = fmt::format("the next sweep releases workflow instance {}, unless its row changes before",
                           note.at("workflow_instance_id").get<std::int64_t>());
    if (what.empty()) throw Failure(ErrorKind::retry, "the daemon's answer is not the note that was sent");
    return fmt::format("{}, by {}: {}", what, text("by"), text("reason"));
}

/// Prints it. `kept`: the note as read back from the journal; `by`: additional information.
Exit print_kept(std::ostream& out, const query::Json& kept, std::string_view by) {
    try {
        out << fmt::format("{}; {} {}\n", told(kept), by, kept.at("number").get<std::int64_t>());
    } catch (const query::Json::exception&) {
        throw Failure(ErrorKind::retry, "the daemon's answer does not contain the note of the journal");
    }
    return Exit::nothing_left;
}

/// The API's form of it: path and body.
std::pair<std::string, query::Json> request_of(const NoteCommand& command, const std::string& who) {
    query::Json body{{"reason", command.why}, {"by", who}};
    if (command.lasting) body["for"] = config::format_duration(*command.lasting);
    if (command.instance) body["instance"] = command.instance->value;
    for (const auto& [action, member] : api::releases) {
        if (action == command.action) body[member] = true;
    }
    const bool releases = command.action != ControlAction::pause && command.action != ControlAction::resume;
    return {"/api/v1/" + std::string(releases ? "release" : name(command.action)), body};
}

/// The note that this request makes, by the rules of the API.
ControlNote note_of(const NoteCommand& command, const query::Json& body) {
    http::Request request;
    request.content_type = "application/json";
    request.body = query::dump(body);
    const auto now = model::system_now();
    try {
        if (command.action == ControlAction::pause) return api::pause_of(request, now);
        if (command.action == ControlAction::resume) return api::resume_of(request, now);
        return api::release_of(request, now);
    } catch (const http::Refusal& refusal) {
        throw Failure(ErrorKind::permanent, std::string(refusal.what()) + "; nothing was written");
    }
}

/// What a person on a terminal is asked; nothing for a resume.
std::optional<std::string> question_before(const ControlNote& note) {
    switch (note.action) {
        case ControlAction::pause:
            return "Hand nothing over until " +
                   (note.until ? until_text(rfc3339(*note.until)) : std::string("`resume`")) + "?";
        case ControlAction::release:
            return fmt::format(
                "Allow one more hand-over of workflow instance {}? If a master or a worker still runs it, it runs "
                "twice.",
                note.instance.value_or(WorkflowInstanceId{}).value);
        case ControlAction::release_mass_loss:
            return "Count the masters that are absent now as lost? Their workflows are handed over.";
        case ControlAction::release_cluster:
            return "Do this registry and this database belong to one cluster? If not, running workflows run twice.";
        case ControlAction::release_database:
            return "Does no master run a workflow of the lost commits? If one does, it runs twice.";
        case ControlAction::release_clock:
            return "Ignore the present rows that contradict database.time_zone?";
        default:
            return std::nullopt;
    }
}

/// Whether a person on a terminal agrees; always without one.
bool agreed(const ControlNote& note) {
    const auto question = question_before(note);
    if (!question || ::isatty(STDIN_FILENO) != 1 || ::isatty(STDERR_FILENO) != 1) return true;
    std::cerr << *question << " [y/N] " << std::flush;
    std::string answer;
    std::getline(std::cin, answer);
    answer = base::lower(base::trimmed(answer));
    return answer == "y" || answer == "yes";
}

/// Uses its own connection, because it takes long on a large table.
void make_index(store::ConnectionSettings settings, std::ostream& out) {
    settings.statement_timeout = std::chrono::hours{24};
    // PostgreSQL waits for older transactions without blocking others. On MySQL a waiting statement blocks all later
    // ones, so the limit stays short there.
    if (settings.kind == store::DatabaseKind::postgresql) settings.lock_timeout = std::chrono::hours{24};
    store::SociStore store(settings);
    const auto tell = [&](const std::string& what, bool made) {
        out << "the index on " << what << (made ? " was created\n" : " exists\n");
    };
    try {
        tell("unfinished workflow instances", store.make_unfinished_index());
        tell("the tasks of a workflow instance", store.make_task_index());
    } catch (const Failure& failure) {
        throw Failure(failure.kind(), std::string("an index cannot be created. ") + failure.what() +
                                          ". What to do: try again when the database is less busy, or let the owner of "
                                          "the table run what `ds-reconcilerd init-db --with-index --print` prints");
    }
}

}  // namespace

Exit init_db(const config::Config& config, const InitCommand& command, std::ostream& out) {
    const auto settings = connection_of(config);
    if (command.print_only) {
        out << journal::create_statements(settings.kind);
        if (command.with_index) out << "\n" << store::index_statements(settings.kind);
        return Exit::nothing_left;
    }
    store::SociStore store(settings);
    store.ping();
    (void)store.inspect();  // no tables in a database that is not DolphinScheduler's
    journal::SociJournal journal(store);
    journal.create();
    const auto state = journal.inspect();
    if (!state.ready) throw Failure(ErrorKind::permanent, state.why_not_ready);
    if (config.registry.type == model::RegistryKind::jdbc && !state.replicas_ready)
        throw Failure(ErrorKind::permanent, state.why_no_replicas);
    out << "the journal is ready in the " << store::describe(settings) << "\n";
    if (command.with_index) make_index(settings, out);
    return Exit::nothing_left;
}

Exit print_grants(const config::Config& config, std::ostream& out) {
    const auto settings = connection_of(config);
    store::SociStore store(settings);
    out << journal::grant_statements(settings, store.inspect(), config.registry.type);
    return Exit::nothing_left;
}

Exit note(const Configuration& configuration, const NoteCommand& command, std::ostream& out) {
    const std::string who = command.who.empty() ? this_user() : command.who;
    const auto [path, body] = request_of(command, who);
    const auto note = note_of(command, body);
    if (command.daemon.token_file.empty())  // an invalid one is reported before a person is asked
        (void)configuration.load(config::SecretFiles::http_token, Configuration::Purpose::ask);
    if (!command.yes && !agreed(note)) {
        out << "nothing was written\n";
        return Exit::usage;
    }
    std::string why_none = "--direct is given";
    if (!command.direct) {
        const auto kept = tell_daemon(configuration, command.daemon, path, body);
        if (kept.json) return print_kept(out, *kept.json, "the daemon recorded it as note");
        why_none = kept.why_none;
    }
    const auto config = configuration.load_without_daemon(why_none);
    store::SociStore store(connection_of(config));
    store.ping();
    (void)store.inspect();
    journal::SociJournal journal(store);
    if (const auto state = journal.inspect(); !state.ready) throw Failure(ErrorKind::permanent, state.why_not_ready);
    if (note.instance) {
        const std::vector<WorkflowInstanceId> ids{*note.instance};
        if (store.read(ids).empty()) throw NoSuchInstance(*note.instance);
        std::optional<std::string> refused;
        observe_directly(config,
                         [&](const auto& service, Instant) { refused = service.release_refused(*note.instance); });
        if (refused)
            throw Failure(ErrorKind::permanent,
                          fmt::format("workflow instance {} is not released: {}; nothing was written",
                                      note.instance->value, *refused));
    }
    return print_kept(out, query::note_json(journal::note_and_read_back(journal, note)),
                      "daemons apply it at their next sweep; recorded as note");
}

}  // namespace dsr
