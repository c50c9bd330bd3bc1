// SPDX-License-Identifier: Apache-2.0
#include "store/sql/connection_settings.hpp"

#include <cctype>
#include <filesystem>

#include "model/failure.hpp"

namespace dsr::store {

namespace {

/// 'value' as SOCI's MySQL parser reads it.
std::string quoted(const std::string& value) {
    std::string result = "'";
    for (const char character : value) {
        if (character == '\'' || character == '\\') result += '\\';
        result += character;
    }
    return result + "'";
}

/// Percent-encoded except for letters and digits.
std::string encoded(const std::string& value) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string result;
    for (const char character : value) {
        const auto byte = static_cast<unsigned char>(character);
        if (std::isalnum(byte) != 0 && byte < 0x80) {
            result += character;
        } else {
            result += {'%', hex[byte >> 4U], hex[byte & 15U]};
        }
    }
    return result;
}

std::string port_of(const ConnectionSettings& settings) {
    if (settings.port != 0) return std::to_string(settings.port);
    return settings.kind == DatabaseKind::mysql ? "3306" : "5432";
}

/// Parameters of the URI; nothing where libpq's default applies.
std::string postgresql_tls(const Tls& tls) {
    if (tls.mode == Tls::Mode::off) return "";
    if (tls.mode == Tls::Mode::require) return "&sslmode=require";
    std::string text = "&sslmode=verify-full&sslrootcert=" + encoded(tls.ca_file);
    if (!tls.cert_file.empty()) text += "&sslcert=" + encoded(tls.cert_file) + "&sslkey=" + encoded(tls.key_file);
    return text;
}

std::string postgresql_connect_string(const ConnectionSettings& settings) {
    // A URI, because SOCI splits key=value strings and loses quoted blanks. A server that stops responding is noticed
    // after about ten seconds, both when idle and while it owes an answer.
    return "postgresql://" + encoded(settings.user) + ":" + encoded(settings.password) + "@" + encoded(settings.host) +
           ":" + port_of(settings) + "/" + encoded(settings.name) +
           "?connect_timeout=" + std::to_string(settings.connect_timeout.count()) +
           "&application_name=ds-reconciler&client_encoding=UTF8&keepalives=1&keepalives_idle=5&keepalives_interval=2"
           "&keepalives_count=3&tcp_user_timeout=10000" +
           postgresql_tls(settings.tls);
}

/// The login plugins of a program that was installed with its libraries (DSR_BUNDLE); empty without them. The library
/// itself knows only Debian's folder.
std::string bundled_plugins() {
    std::error_code error;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
    const auto folder = program.parent_path().parent_path() / "lib/ds-reconciler/plugin";
    return std::filesystem::is_directory(folder, error) ? folder.string() : "";
}

/// A connection string where MariaDB's client library takes a host, because SOCI has no names for its options. One
/// option enables TLS without a CA. One enables the check of the host's name, and only with that a server without TLS
/// is refused. The last names the plugins that the library may use for login: by default it uses any that the server
/// requests, even one that sends the password in clear.
std::string mysql_host(const std::string& host, const ConnectionSettings& settings) {
    std::string text = "host=" + host;
    if (settings.tls.mode == Tls::Mode::require) text += ";ssl-enforce=1";
    if (settings.tls.mode == Tls::Mode::verify) text += ";ssl-verify-server-cert=1";
    if (!settings.login_plugins.empty()) text += ";restricted-auth=" + settings.login_plugins;
    if (const std::string folder = bundled_plugins(); !folder.empty()) text += ";plugin-dir=" + folder;
    return text == "host=" + host ? host : text;
}

std::string mysql_tls(const Tls& tls) {
    if (tls.mode != Tls::Mode::verify) return "";
    std::string text = " sslca=" + quoted(tls.ca_file);
    if (!tls.cert_file.empty()) text += " sslcert=" + quoted(tls.cert_file) + " sslkey=" + quoted(tls.key_file);
    return text;
}

std::string mysql_connect_string(const ConnectionSettings& settings) {
    // The client library uses its Unix socket for "localhost" and ignores the port; DolphinScheduler's JDBC does not.
    const std::string host = settings.host == "localhost" ? "127.0.0.1" : settings.host;
    const std::string io_timeout = std::to_string(settings.statement_timeout.count() + 5);
    return "host=" + quoted(mysql_host(host, settings)) + " port=" + port_of(settings) +
           " dbname=" + quoted(settings.name) + " user=" + quoted(settings.user) +
           " password=" + quoted(settings.password) +
           " charset=utf8mb4 connect_timeout=" + std::to_string(settings.connect_timeout.count()) +
           " read_timeout=" + io_timeout + " write_timeout=" + io_timeout + mysql_tls(settings.tls);
}

std::string sqlite_connect_string(const ConnectionSettings& settings) {
    if (settings.path.find('=') == std::string::npos) return settings.path;
    if (settings.path.find_first_of(" \"") == std::string::npos) return "dbname=\"" + settings.path + "\"";
    throw model::Failure(model::ErrorKind::permanent,
                         "the path '" + settings.path +
                             "' holds an equals sign and a blank or quote, which the SQLite "
                             "driver cannot open; rename the file or folder");
}

void replace_all(std::string& text, const std::string& what, const std::string& by) {
    if (what.empty()) return;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
        text.replace(at, what.size(), by);
    }
}

}  // namespace

std::string describe(const ConnectionSettings& settings) {
    switch (settings.kind) {
        case DatabaseKind::postgresql:
            return "PostgreSQL database '" + settings.name + "' at " + settings.host + ":" + port_of(settings);
        case DatabaseKind::mysql:
            return "MySQL database '" + settings.name + "' at " + settings.host + ":" + port_of(settings);
        case DatabaseKind::sqlite:
            break;
    }
    return "SQLite database " + settings.path;
}

std::string connect_string(const ConnectionSettings& settings) {
    switch (settings.kind) {
        case DatabaseKind::postgresql:
            return postgresql_connect_string(settings);
        case DatabaseKind::mysql:
            return mysql_connect_string(settings);
        case DatabaseKind::sqlite:
            break;
    }
    return sqlite_connect_string(settings);
}

std::string scrub(std::string text, const ConnectionSettings& settings) {
    const std::string with_quotes = quoted(settings.password);
    replace_all(text, with_quotes.substr(1, with_quotes.size() - 2), "***");
    replace_all(text, encoded(settings.password), "***");
    replace_all(text, settings.password, "***");
    std::string line;
    for (const char character : text) {
        const bool blank = character == '\n' || character == '\r' || character == '\t' || character == ' ';
        if (!blank) {
            line += character;
        } else if (!line.empty() && line.back() != ' ') {
            line += ' ';
        }
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    return line;
}

}  // namespace dsr::store
