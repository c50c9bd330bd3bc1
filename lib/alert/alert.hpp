// SPDX-License-Identifier: Apache-2.0
// Something that a person should be told, once.
#pragma once

#include <string>

namespace dsr::alert {

enum class Severity { warning, serious };

struct Alert {
    Severity severity = Severity::warning;
    std::string key;      ///< what repeats are told by: the same key is not told twice within alerts.suppress
    std::string title;    ///< one short line
    std::string summary;  ///< a few sentences: what happened, to what, what to do next
    std::string content;  ///< JSON array of one object, as DolphinScheduler's alert server renders it
    /// The form of DolphinScheduler's own server-down alert: told by its content, so that ours and a master's count as
    /// one.
    bool as_master_would = false;
};

}  // namespace dsr::alert
