// SPDX-License-Identifier: Apache-2.0
// Which DolphinScheduler a database belongs to, told by its tables and columns; the version row is asked only where
// they cannot tell. What this project does not know is refused by name.
#pragma once

#include <map>
#include <string>

#include "model/schema_facts.hpp"
#include "store/soci_session.hpp"

namespace dsr::store {

/// table -> column -> its length in characters, 0 where it has none; all in lower case.
using Catalog = std::map<std::string, std::map<std::string, int>>;

struct InspectedSchema {
    model::SchemaFacts facts;
    int alert_title_length = 0;  ///< 0: no limit
};

/// The release that version_text names: three numbers, then anything but a digit. Nothing when it is not of that form.
std::optional<model::Version> parse_version(const std::string& version_text);

/// Pure. Throws Failure(permanent), naming what is missing or contradicts; `where` is the database, for the message.
InspectedSchema schema_of(const Catalog& catalog, const std::string& version_text, const std::string& where);

/// Reads both from the database, in the transaction that is open on the connection if one is. `where` as above.
InspectedSchema read_schema(soci::session& connection, const Dialect& dialect, const std::string& where);

/// The same on the session's connection, in no transaction.
InspectedSchema inspect_schema(SociSession& session);

}  // namespace dsr::store
