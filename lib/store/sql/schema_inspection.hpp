// SPDX-License-Identifier: Apache-2.0
// Which DolphinScheduler a database belongs to, according to its tables and columns; the version row is read only where
// they cannot tell. Unknown schemas are refused with a reason.
#pragma once

#include <map>
#include <string>

#include "model/schema_facts.hpp"
#include "store/sql/soci_session.hpp"

namespace dsr::store {

/// table -> column -> its length in characters, 0 where it has none; all in lower case.
using Catalog = std::map<std::string, std::map<std::string, int>>;

struct InspectedSchema {
    model::SchemaFacts facts;
    int alert_title_length = 0;  ///< 0: no limit
    std::string registry_stamp;  ///< selects the newest stamp of the JDBC registry; empty where its tables do not exist
};

/// The release in version_text: three numbers, then anything but a digit. Nothing when it has another form.
std::optional<model::Version> parse_version(const std::string& version_text);

/// Pure. Throws Failure(permanent) that names what is missing or contradictory; `where` names the database in the
/// message.
InspectedSchema schema_of(const Catalog& catalog, const std::string& version_text, const std::string& where);

/// Reads both from the database, in the open transaction of the connection, if any. `where` as above.
InspectedSchema read_schema(soci::session& connection, const Dialect& dialect, const std::string& where);

/// The same on the session's connection, outside of a transaction.
InspectedSchema inspect_schema(SociSession& session);

}  // namespace dsr::store
