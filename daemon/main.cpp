// SPDX-License-Identifier: Apache-2.0
// The command line of ds-reconcilerd.
#include <malloc.h>
#include <sys/prctl.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <iostream>

#include "base/text.hpp"
#include "commands/ask.hpp"
#include "commands/ask_daemon.hpp"
#include "commands/configuration.hpp"
#include "commands/doctor.hpp"
#include "commands/import_config.hpp"
#include "commands/replay.hpp"
#include "commands/run.hpp"
#include "commands/steer.hpp"
#include "commands/sweep.hpp"
#include "commands/test_alert.hpp"
#include "commands/unknown_word.hpp"
#include "config/load.hpp"
#include "config/location.hpp"
#include "config/print.hpp"
#include "config/values.hpp"
#include "engine.hpp"
#include "exit_code.hpp"
#include "model/failure.hpp"

namespace {

using namespace dsr;

/// What print-config prints instead of the configuration in force.
struct PrintConfig {
    bool example = false;
    bool schema = false;
    bool reference = false;

    /// Nothing for the configuration in force.
    [[nodiscard]] std::optional<std::string> text() const {
        if (example) return config::example_yaml();
        if (schema) return config::json_schema();
        if (reference) return config::reference_markdown();
        return std::nullopt;
    }
};

constexpr std::chrono::hours max_pause{24 * 366 * 100};

/// Parses the text options; false after reporting an invalid one.
bool understand(const std::string& lasting, const std::string& released, NoteCommand& command) {
    if (!lasting.empty()) {
        const auto duration = config::parse_duration(lasting);
        if (const auto* fault = config::fault_of(duration)) {
            std::cerr << "error: --for " << lasting << ": " << fault->message << "\n";
            return false;
        }
        command.lasting = std::get<model::Milliseconds>(duration);
        if (*command.lasting > max_pause) {
            std::cerr << "error: --for " << lasting << " is too long a time; leave it out to pause until resume\n";
            return false;
        }
    }
    if (released == "mass-loss") {
        command.action = model::ControlAction::release_mass_loss;
    } else if (released == "cluster") {
        command.action = model::ControlAction::release_cluster;
    } else if (released == "database") {
        command.action = model::ControlAction::release_database;
    } else if (released == "clock") {
        command.action = model::ControlAction::release_clock;
    } else if (!released.empty()) {
        const auto id = config::parse_integer(released);
        const auto* number = std::get_if<std::int64_t>(&id);
        if (number == nullptr || *number <= 0) {
            std::cerr << "error: release " << released
                      << ": neither the id of a workflow instance, mass-loss, cluster, database nor clock\n";
            return false;
        }
        command.instance = model::WorkflowInstanceId{*number};
    }
    return true;
}

int code(Exit exit) {
    return static_cast<int>(exit);
}

int wrong_usage(const std::string& sentence) {
    std::cerr << "error: " << sentence << "\n";
    return code(Exit::usage);
}

/// Of the program, or of that command when it is not empty.
int print_help(const CLI::App& app, const std::string& command) {
    if (command.empty()) {
        // app.help() would be that of the command `help`.
        std::cout << app.get_formatter()->make_help(&app, app.get_name(), CLI::AppFormatMode::Normal);
        return 0;
    }
    const auto found = app.get_subcommands([&](const CLI::App* known) { return known->get_name() == command; });
    if (found.empty()) return wrong_usage(unknown_command(app, command));
    std::cout << found.front()->help(app.get_name());
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    // The memory contains secrets: no core file, no access by other processes of this user.
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    // A peer that closes its connection early must not end the process.
    (void)std::signal(SIGPIPE, SIG_IGN);
    // A large block, such as the text of a statement, goes back to the system when it is freed. By itself glibc raises
    // this limit with each of them, and then keeps what holes a large recovery leaves.
    ::mallopt(M_MMAP_THRESHOLD, 128 * 1024);

    CLI::App app{
        "Failover safety net for Apache DolphinScheduler: hands the workflows of lost masters to live ones.\n"
        "Exit codes of every command but health (0 it works, 1 it does not): 0 done, 2 usage, configuration or "
        "something unknown,\n"
        "4 the registry, the database or the daemon is unreachable. Also 3: of sweep, held, locked by another client, "
        "or a row failed;\n"
        "of doctor, test-alert and replay, something failed or differs. Also 5: of sweep, orphans wait for their "
        "grace."};
    app.set_version_flag("--version", std::string("ds-reconcilerd ") + DSR_VERSION);
    app.require_subcommand(1);

    config::LocationOptions global;
    config::LocationOptions local;
    add_configuration(app, global);
    const auto with_config = [&](CLI::App* command) {
        add_configuration(*command, local);
        return command;
    };
    auto* run = with_config(app.add_subcommand("run", "sweep at start and then periodically, until SIGTERM"));
    auto* sweep = with_config(app.add_subcommand("sweep", "one sweep, then exit"));
    auto* check =
        with_config(app.add_subcommand("check-config", "check the configuration and print the effective values"));
    bool quiet = false;
    check->add_flag("--quiet", quiet, "print only what is wrong");
    auto* print = with_config(app.add_subcommand(
        "print-config", "print the configuration in force, secrets masked, or what there is to know about its keys"));
    PrintConfig printed;
    auto* print_what = print->add_option_group("what")->require_option(0, 1);
    print_what->add_flag("--example", printed.example, "print a configuration with every key, its meaning and default");
    print_what->add_flag("--schema", printed.schema, "print the JSON schema, for editors");
    print_what->add_flag("--reference", printed.reference, "print every key as a table, in Markdown");
    print_what->excludes(print->get_option("--config"));
    print_what->excludes(print->get_option("--cluster"));
    auto* init =
        with_config(app.add_subcommand("init-db", "create the journal's tables in DolphinScheduler's database"));
    auto* test_alert = with_config(app.add_subcommand(
        "test-alert", "send one alert to each configured channel: 0 all sent, 3 one failed, 2 none is configured"));
    auto* doctor = with_config(app.add_subcommand(
        "doctor", "check all that must hold before the daemon may act: 0 nothing failed, 3 something did"));
    DoctorCommand doctor_command;
    add_output(*doctor, doctor_command.output);
    doctor->add_flag("--send", doctor_command.send, "also send one alert to each configured channel");
    InitCommand init_command;
    init->add_flag("--print", init_command.print_only, "print the SQL instead of running it");
    init->add_flag("--with-index", init_command.with_index,
                   "also create the optional indexes on unfinished workflow instances and on tasks, so that sweeps do "
                   "not read the history");
    bool grants = false;
    init->add_flag("--print-grants", grants,
                   "print the minimum rights that the daemon's user needs, for the owner of the tables to grant")
        ->excludes("--print", "--with-index");

    NoteCommand told;
    std::string lasting;
    std::string released;
    constexpr auto url_help =
        "send it to the daemon at http://HOST:PORT, or unix:PATH; the process that listens there gets the token";
    const auto with_reason = [&](CLI::App* command) {
        command->add_option("--reason", told.why, "the reason; kept in the journal")->required();
        command->add_option("--by", told.who, "the author; by default the user of this process");
        auto* direct = command->add_flag("--direct", told.direct, "write to the journal, even if a daemon runs");
        add_named_daemon(*command, told.daemon, url_help)->excludes(direct);
        return with_config(command);
    };
    auto* pause = with_reason(app.add_subcommand("pause", "hand nothing over until resume"));
    pause->add_option("--for", lasting, "end the pause after this time: 30m, 2h, 1d");
    const auto with_yes = [&told](CLI::App* command) {
        command->add_flag("--yes", told.yes, "do not ask on a terminal");
    };
    with_yes(pause);
    auto* resume = with_reason(app.add_subcommand("resume", "end a pause"));
    auto* release =
        with_reason(app.add_subcommand("release",
                                       "allow one more hand-over of a workflow instance, end the hold after a mass "
                                       "loss, after lost commits of the database or after a row that contradicts the "
                                       "time zone, or confirm that registry and database belong together"));
    with_yes(release);
    release->add_option("what", released, "the id of the workflow instance, mass-loss, cluster, database or clock")
        ->required();

    auto* health = with_config(app.add_subcommand("health", "whether the running daemon works: 0 yes, 1 no"));
    NamedDaemon watched;
    add_named_daemon(*health, watched, "ask the daemon at http://HOST:PORT, or unix:PATH; needs no configuration");

    auto* replay = app.add_subcommand("replay", "judge a recorded sweep again: 0 all reproduced, 3 something differs");
    std::filesystem::path recorded;
    bool replay_json = false;
    replay->add_option("file", recorded, "a recording, from the folder recording.folder")->required();
    replay->add_flag("--json", replay_json, "print one JSON object");
    ImportCommand import_command;
    auto* import = add_import_config(app, import_command);
    Question question;
    std::vector<CLI::App*> questions = add_questions(app, question);
    for (auto* asked : questions) with_config(asked);

    SweepCommand options;
    sweep->add_flag("--dry-run", options.dry_run, "write nothing, take no lock");
    add_output(*sweep, options.output);
    sweep->add_flag("--wait", options.wait, "stay until orphans that wait for their grace are judged");
    sweep->add_flag("--remote", options.remote, "make the running daemon sweep, and do not wait for it")
        ->excludes("--dry-run", "--wait", "--json", "--output", "--utc");
    add_named_daemon(*sweep, options.daemon, url_help)->needs("--remote");

    auto* help = app.add_subcommand("help", "print help, of a command when one is given");
    std::string helped;
    help->add_option("command", helped, "the command");
    auto* version = app.add_subcommand("version", "print the version");

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const bool is_wrong = error.get_exit_code() != 0;
        if (const auto unknown = is_wrong ? unknown_word(app) : std::nullopt) return wrong_usage(*unknown);
        return app.exit(error) == 0 ? 0 : code(Exit::usage);
    }

    try {
        if (version->parsed()) {
            std::cout << app.version() << "\n";
            return 0;
        }
        if (help->parsed()) return print_help(app, helped);
        if (replay->parsed()) return code(run_replay(std::cout, recorded, replay_json));
        if (import->parsed()) return code(run_import_config(import_command, environment(), std::cout, std::cerr));
        if (const auto text = printed.text()) {
            std::cout << *text;
            return 0;
        }
        const Configuration configuration(global, local);
        if (health->parsed()) return run_health(configuration, watched, std::cout);
        if (std::ranges::any_of(questions, [](const auto* asked) { return asked->parsed(); }))
            return code(run_question(configuration, question, std::cout));
        if (sweep->parsed() && options.remote) return code(run_remote_sweep(configuration, options.daemon));
        if (pause->parsed() || resume->parsed() || release->parsed()) {
            told.action = pause->parsed()    ? model::ControlAction::pause
                          : resume->parsed() ? model::ControlAction::resume
                                             : model::ControlAction::release;
            if (!understand(lasting, released, told)) return code(Exit::usage);
            return code(note(configuration, told, std::cout));
        }
        auto settings = configuration.load(config::SecretFiles::all, Configuration::Purpose::act);
        if (check->parsed() || print->parsed()) {
            if (check->parsed()) require_of_build(settings);
            if (!quiet) std::cout << config::describe(settings);
            return 0;
        }
        if (init->parsed() && grants) return code(print_grants(settings, std::cout));
        if (init->parsed()) return code(init_db(settings, init_command, std::cout));
        const auto logging = logging_of(settings.log);
        if (test_alert->parsed()) return code(run_test_alert(settings, *logging.logger, std::cout));
        if (doctor->parsed()) return code(run_doctor(settings, *logging.logger, doctor_command, std::cout));
        if (sweep->parsed()) return code(run_sweep(settings, logging, options));
        if (run->parsed())
            return code(run_daemon(std::move(settings), logging, [&] { return configuration.reload(); }));
    } catch (const InvalidConfiguration& invalid) {
        for (const auto& line : invalid.lines()) std::cerr << "error: " << line << "\n";
        for (const auto& advice : invalid.advice()) std::cerr << advice << "\n";
        std::cerr << invalid.lines().size() << " error(s) in the configuration; nothing was done\n";
        return code(Exit::usage);
    } catch (const model::Failure& failure) {
        std::cerr << "error: " << base::printable(failure.what()) << "\n";
        const bool later = failure.kind() == model::ErrorKind::retry;
        return code(later ? Exit::out_of_reach : Exit::usage);
    } catch (const std::exception& error) {
        std::cerr << "error: internal error; please report it: " << error.what() << "\n";
        return code(Exit::out_of_reach);
    }
    return code(Exit::usage);
}
