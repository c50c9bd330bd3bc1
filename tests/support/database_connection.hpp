// SPDX-License-Identifier: Apache-2.0
// A plain connection to a test database through the native client, as text: what the store writes and reads is checked
// by a way that does not go through the store or SOCI.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/sql/connection_settings.hpp"

namespace dsr::support {

/// A row; NULL columns are nothing.
using Row = std::map<std::string, std::optional<std::string>>;

/// Errors are std::runtime_error with the statement.
class DatabaseConnection {
public:
    virtual ~DatabaseConnection() = default;

    /// Any number of statements, separated by semicolons.
    virtual void run(const std::string& sql) = 0;
    /// One statement that gives rows.
    virtual std::vector<Row> rows(const std::string& sql) = 0;
    /// Ends the server's side of every connection that the store has to the same database; how many there were.
    virtual int kill_store() = 0;
    /// How many statements in the same database wait for somebody else's row lock right now.
    virtual int lock_waits() = 0;

    /// The only column of the only row; nothing for NULL.
    std::optional<std::string> value(const std::string& sql);
    /// 'text' as this database quotes it; null for nothing.
    [[nodiscard]] std::string literal(const std::optional<std::string>& text) const;

protected:
    explicit DatabaseConnection(bool backslash_escapes) : backslash_escapes_(backslash_escapes) {}

private:
    bool backslash_escapes_;
};

/// Opens it; lock waits are long (10 s), transactions are the caller's affair.
std::unique_ptr<DatabaseConnection> connect_database(const store::ConnectionSettings& settings);

}  // namespace dsr::support
