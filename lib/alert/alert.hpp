// SPDX-License-Identifier: Apache-2.0
// A message for operators, sent once.
#pragma once

#include <string>

namespace dsr::alert {

enum class Severity { warning, serious };

struct Alert {
    Severity severity = Severity::warning;
    std::string key;      ///< identifies repeats: the same key is not sent twice within alerts.suppress
    std::string title;    ///< one short line
    std::string summary;  ///< a few sentences: what happened, to what, what to do next
    std::string content;  ///< JSON array of one object, as DolphinScheduler's alert server renders it
    /// The form of DolphinScheduler's own server-down alert. Its sign is taken over the content, so that the daemon's
    /// alert and a master's count as one.
    bool as_master_would = false;
};

}  // namespace dsr::alert
