// SPDX-License-Identifier: Apache-2.0
// The commands that only write to the database: init-db, pause, resume, release. They need no running daemon; a running
// one reads their writes at its next sweep.
#pragma once

#include <optional>
#include <ostream>
#include <string>

#include "commands/ask_daemon.hpp"
#include "commands/configuration.hpp"
#include "config/config.hpp"
#include "exit_code.hpp"
#include "model/control.hpp"

namespace dsr {

struct InitCommand {
    bool print_only = false;  ///< print the SQL, and touch no database
    bool with_index = false;  ///< also create the optional indexes on unfinished workflow instances and on tasks
};

/// Creates the journal's tables, and the other objects that the command requests.
Exit init_db(const config::Config& config, const InitCommand& command, std::ostream& out);

/// Prints the SQL of the least rights that the daemon needs in this database; reads its schema for it.
Exit print_grants(const config::Config& config, std::ostream& out);

/// An operator's command. A release of one instance names it; `action` identifies the other releases.
struct NoteCommand {
    model::ControlAction action = model::ControlAction::pause;
    std::optional<model::WorkflowInstanceId> instance;
    std::optional<model::Milliseconds> lasting;  ///< of a pause
    std::string who;                             ///< the user of this process when empty
    std::string why;
    bool direct = false;  ///< do not ask a daemon
    bool yes = false;     ///< do not ask on a terminal
    NamedDaemon daemon;   ///< the daemon to use; by default the one at http.socket, or none
};

/// Has the running daemon write it to the journal, with who and why, or writes it itself if none answers. Prints what
/// was read back from the journal. On a terminal it asks before a pause or a release. Loads secrets only if it writes
/// itself. Throws model::Failure, also for a release of an instance that no manual decision is needed for.
Exit note(const Configuration& configuration, const NoteCommand& command, std::ostream& out);

}  // namespace dsr
