// SPDX-License-Identifier: Apache-2.0
// The commands that work on the database alone, without a running daemon: init-db, pause, resume, release. A running
// daemon sees what they wrote at its next sweep.
#pragma once

#include <optional>
#include <ostream>
#include <string>

#include "config/config.hpp"
#include "model/control.hpp"
#include "report.hpp"

namespace dsr {

struct InitCommand {
    bool print_only = false;  ///< print the SQL, and touch no database
    bool with_index = false;  ///< and the optional index on unfinished workflow instances
};

/// Makes the journal's tables, and what else the command asks for.
Exit init_db(const config::Config& config, const InitCommand& command, std::ostream& out);

/// What a person tells. Of a release exactly one of `instance` and `mass_loss` is given.
struct NoteCommand {
    model::ControlAction action = model::ControlAction::pause;
    std::optional<model::WorkflowInstanceId> instance;
    std::optional<model::Milliseconds> lasting;  ///< of a pause
    std::string who;                             ///< the user of this process when empty
    std::string why;
};

/// Writes it to the journal, with who and why. Throws model::Failure.
Exit note(const config::Config& config, const NoteCommand& command, std::ostream& out);

}  // namespace dsr
