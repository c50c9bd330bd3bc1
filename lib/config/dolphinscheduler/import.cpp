// SPDX-License-Identifier: Apache-2.0
#include "config/dolphinscheduler/import.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "config/dolphinscheduler/jdbc_url.hpp"
#include "config/hosts.hpp"
#include "config/keys.hpp"
#include "config/print.hpp"
#include "config/text.hpp"
#include "config/text_checks.hpp"

namespace dsr::config::dolphinscheduler {

namespace {

constexpr std::string_view password_path = "/etc/ds-reconciler/credentials/database.password";
constexpr std::string_view how_to_see_the_zone =
    "on a master's machine: tr '\\0' '\\n' < /proc/$(pgrep -f MasterServer)/cmdline | grep user.timezone || date +%Z";

/// The keys of the configuration that is made, in the order of the table.
class Writer {
public:
    explicit Writer(ImportResult& result) : result_{result} {}

    void put(std::string_view path, const std::string& value, const std::string& source) {
        const Key* key = find_key(path);
        Config scratch;
        if (const auto fault = key->apply(scratch, value)) return leave(path, source + ", " + fault->message);
        lines_.insert_or_assign(std::string{path}, Line{key->render(scratch), source});
    }

    /// The value, or the placeholder if it is not known. Nothing if it is not set.
    void put(std::string_view path, const std::optional<Setting>& setting) {
        if (!setting) return;
        if (!setting->unknown.empty()) return leave(path, setting->source + " " + setting->unknown);
        put(path, setting->value, setting->source);
    }

    void leave(std::string_view path, const std::string& why) {
        lines_.insert_or_assign(std::string{path}, Line{std::string{placeholder}, "To fill in: " + why});
        result_.to_fill_in.push_back(std::string{path} + ": " + why);
    }

    void note(const std::string& text) { result_.notes.push_back(text); }
    void error(const std::string& text) { result_.errors.push_back(text); }

    [[nodiscard]] std::string text(const std::string& heading) const {
        std::string out = heading;
        std::string_view previous;
        for (const auto& key : keys()) {
            const auto found = lines_.find(key.path);
            if (found == lines_.end()) continue;
            for (const auto& section : sections_opened(previous, key.path)) {
                if (indentation(section).empty()) out += "\n";
                out += indentation(section) + std::string{leaf_of(section)} + ":\n";
            }
            out += comment(indentation(key.path), base::printable(found->second.comment));
            out += indentation(key.path) + std::string{leaf_of(key.path)} + ": " + written(key, found->second.value) +
                   "\n";
            previous = key.path;
        }
        return out;
    }

private:
    struct Line {
        std::string value;
        std::string comment;
    };

    ImportResult& result_;
    std::map<std::string, Line, std::less<>> lines_;
};

bool is_encrypted(const Setting& setting) {
    return setting.value.starts_with("ENC(");
}

void mention_secret(Writer& writer, const std::optional<Setting>& secret, std::string_view what,
                    std::string_view file) {
    const std::string into = " into " + std::string{file} + ", readable by root only";
    if (!secret) {
        writer.note("the " + std::string{what} + " is in none of these sources; write it" + into);
    } else if (is_encrypted(*secret)) {
        writer.note("the " + std::string{what} + " (" + secret->source +
                    ") is encrypted, ENC(...), and is not decrypted here; write it in clear text" + into);
    } else {
        writer.note("the " + std::string{what} + " (" + secret->source + ") is not copied; write it" + into);
    }
}

void mention_loopback(Writer& writer, std::string_view path, std::string_view host) {
    if (is_loopback(host))
        writer.note(std::string{path} + ": " + std::string{host} +
                    " is the masters' own machine; change it if the daemon runs on another one");
}

// Registry ------------------------------------------------------------------------------------------------------------

// ZooKeeper's clients take a list without ports and a path behind it; the daemon wants ports, and the path in the
// namespace.
void import_zookeeper(const Sources& sources, Writer& writer) {
    const auto connect = sources.find({"registry.zookeeper.connect-string", "registry.servers"});
    auto name_space = sources.find({"registry.zookeeper.namespace", "registry.namespace"});
    std::string root;
    if (!connect) {
        writer.leave("registry.connect", "none of these sources has registry.zookeeper.connect-string");
    } else if (!connect->unknown.empty()) {
        writer.put("registry.connect", connect);
    } else {
        const auto slash = std::min(connect->value.find('/'), connect->value.size());
        root = base::trimmed(std::string_view{connect->value}.substr(slash), " \t/");
        std::string list;
        for (const auto part : base::split(std::string_view{connect->value}.substr(0, slash), ',')) {
            const auto server = base::trimmed(part);
            const bool has_port = server.rfind(':') != std::string_view::npos && !server.ends_with(']');
            list += (list.empty() ? "" : ",") + std::string{server} + (has_port ? "" : ":2181");
            mention_loopback(writer, "registry.connect", server.substr(0, server.rfind(':')));
        }
        writer.put("registry.connect", list, connect->source);
    }
    const bool is_given = name_space.has_value();
    if (!is_given) name_space = Setting{"dolphinscheduler", "not set in these sources: DolphinScheduler's own default"};
    if (!root.empty() && name_space->unknown.empty()) {
        name_space->value = root + "/" + name_space->value;
        name_space->source += ", below the path in the connect string";
    }
    writer.put("registry.namespace", name_space);
    const auto digest = sources.find({"registry.zookeeper.digest", "registry.digest"});
    if (digest) {
        constexpr std::string_view file = "/etc/ds-reconciler/credentials/zookeeper.digest";
        writer.put("registry.digest_file", std::string{file}, "instead of " + digest->source);
        mention_secret(writer, digest, "user:password of ZooKeeper's digest", file);
    }
}

void import_etcd_file(const Sources& sources, Writer& writer, std::string_view path, std::string_view name) {
    const auto file = sources.find({name});
    if (file && file->unknown.empty() && !file->value.starts_with('/')) {
        writer.leave(path, file->source + " names " + shown(file->value) +
                               ", relative to the folder in which the masters start; write the absolute path");
    } else {
        writer.put(path, file);
    }
}

void import_etcd(const Sources& sources, Writer& writer) {
    const auto endpoints = sources.find({"registry.endpoints"});
    if (endpoints && endpoints->value.find('@') != std::string::npos) {  // never shown: it may be a password
        writer.leave("registry.endpoints", endpoints->source + " has a user in it, which is a key of its own");
    } else if (endpoints) {
        writer.put("registry.endpoints", endpoints);
    } else {
        writer.leave("registry.endpoints", "none of these sources has registry.endpoints");
    }
    const auto name_space = sources.find({"registry.namespace"});
    writer.put("registry.namespace",
               name_space ? name_space
                          : Setting{"dolphinscheduler", "not set in these sources: DolphinScheduler's own default"});
    if (const auto user = sources.find({"registry.user"})) {
        constexpr std::string_view file = "/etc/ds-reconciler/credentials/etcd.password";
        writer.put("registry.user", user);
        const auto password = sources.find({"registry.password"});
        writer.put("registry.password_file", std::string{file},
                   password ? "instead of " + password->source : "of that user");
        mention_secret(writer, password, "password of etcd's user", file);
    }
    import_etcd_file(sources, writer, "registry.tls.ca_file", "registry.cert-file");
    import_etcd_file(sources, writer, "registry.tls.cert_file", "registry.key-cert-chain-file");
    import_etcd_file(sources, writer, "registry.tls.key_file", "registry.key-file");
}

void import_jdbc(const Sources& sources, Writer& writer) {
    const auto own = sources.find({"registry.hikari-config.jdbc-url"});
    if (!own) return;
    writer.note(
        "registry.hikari-config.jdbc-url (" + own->source +
        ") is set: 3.2.2 and later masters ignore it and use the workflow database; 3.2.0 and 3.2.1 do not, and "
        "are refused by the daemon");
}

void import_registry(const Sources& sources, Writer& writer) {
    auto type = sources.find({"registry.type", "registry.plugin.name"});
    if (!type && sources.find({"registry.zookeeper.connect-string", "registry.servers"}))
        type = Setting{"zookeeper", "not set in these sources; they name ZooKeeper servers"};
    if (!type) return writer.leave("registry.type", "none of these sources has registry.type");
    if (!type->unknown.empty()) return writer.put("registry.type", type);
    if (type->value == "mysql")
        return writer.error("registry.type is mysql (" + type->source +
                            "), which is not supported: with this registry of 3.1 nobody can tell a dead master from a "
                            "living one; let the masters use zookeeper or etcd");
    writer.put("registry.type", type);
    if (type->value == "zookeeper") import_zookeeper(sources, writer);
    if (type->value == "etcd") import_etcd(sources, writer);
    if (type->value == "jdbc") import_jdbc(sources, writer);
}

// Database ------------------------------------------------------------------------------------------------------------

std::optional<std::string> option(const JdbcUrl& url, std::string_view name) {
    const auto found = url.options.find(name);
    return found == url.options.end() ? std::nullopt : std::optional{found->second};
}

/// off, require or verify, as the driver's options ask; nothing if they do not.
std::optional<std::string> tls_mode(const JdbcUrl& url) {
    if (const auto mode = option(url, "sslmode")) {
        const auto word = base::lower(*mode);
        if (word.starts_with("verify")) return "verify";
        return word.starts_with("require") || word == "trust" ? "require" : "off";
    }
    const auto use = option(url, url.type == "mysql" ? "usessl" : "ssl");
    if (!use || base::lower(*use) == "false") return std::nullopt;
    if (url.type == "postgresql") return "verify";  // ssl=true alone is verify-full
    return base::lower(option(url, "verifyservercertificate").value_or("false")) == "true" ? "verify" : "require";
}

void import_tls(const JdbcUrl& url, const std::string& source, Writer& writer) {
    const auto mode = tls_mode(url);
    if (!mode || *mode == "off") return;
    writer.put("database.tls.mode", *mode, "the options of " + source);
    if (*mode != "verify") return;
    const auto ca = option(url, "sslrootcert");
    if (ca && ca->starts_with('/')) {
        writer.put("database.tls.ca_file", *ca, "sslrootcert of " + source);
    } else {
        writer.leave("database.tls.ca_file",
                     "the masters verify the database's certificate; write the path of its CA (PEM)");
    }
}

void import_host(const JdbcUrl& url, const std::string& source, Writer& writer) {
    if (url.hosts.empty())
        return writer.put("database.host", "127.0.0.1", source + " names no host: the driver's default");
    if (url.hosts.size() > 1) {
        std::string all;
        for (const auto& host : url.hosts)
            all += (all.empty() ? "" : ", ") + host.host + (host.port == 0 ? "" : ":" + std::to_string(host.port));
        writer.leave("database.host", source + " has several (" + all +
                                          "); write the one that accepts writes, or a name or address that moves with "
                                          "it; database.port too, if it is not the usual one");
        return;
    }
    const auto& [host, port] = url.hosts.front();
    writer.put("database.host", host, source);
    mention_loopback(writer, "database.host", host);
    if (port != 0) writer.put("database.port", std::to_string(port), source);
}

// The image of 2.0 makes the URL of these variables.
std::optional<Setting> url_of_variables(const Sources& sources) {
    const auto type = sources.find_variable("DATABASE_TYPE");
    const auto host = sources.find_variable("DATABASE_HOST");
    const auto port = sources.find_variable("DATABASE_PORT");
    const auto name = sources.find_variable("DATABASE_DATABASE");
    if (!type || !host || !name) return std::nullopt;
    return Setting{"jdbc:" + type->value + "://" + host->value + (port ? ":" + port->value : "") + "/" + name->value,
                   "DATABASE_TYPE, DATABASE_HOST, DATABASE_PORT and DATABASE_DATABASE (" + host->source + ")"};
}

std::optional<JdbcUrl> import_url(const Sources& sources, Writer& writer) {
    auto url = sources.find({"spring.datasource.url"});
    if (!url) url = url_of_variables(sources);
    if (!url || !url->unknown.empty()) {
        const std::string why =
            url ? url->source + " " + url->unknown : "none of these sources has spring.datasource.url";
        for (const auto* path : {"database.type", "database.host", "database.name"}) writer.leave(path, why);
        return std::nullopt;
    }
    auto parsed = parse_jdbc_url(url->value);
    if (const auto* fault = fault_of(parsed)) {
        writer.error("spring.datasource.url (" + url->source + ") " + fault->message);
        return std::nullopt;
    }
    auto& parts = std::get<JdbcUrl>(parsed);
    writer.put("database.type", parts.type, url->source);
    import_host(parts, url->source, writer);
    if (parts.database.empty()) {
        writer.leave("database.name", url->source + " names no database");
    } else {
        writer.put("database.name", parts.database, url->source);
    }
    import_tls(parts, url->source, writer);
    if (const auto schema = option(parts, "currentschema"); schema && *schema != "public")
        writer.note("the masters use the schema " + shown(*schema) + " (" + url->source +
                    "); set the same search_path for the daemon's user: alter role ... set search_path");
    return std::move(parts);
}

// Time zone -----------------------------------------------------------------------------------------------------------

/// The zone of the masters' JVMs if it is certain, else why it is not.
struct Zone {
    std::optional<Setting> known;
    std::string why;
};

std::string found_text(const std::optional<Setting>& setting, std::string_view name) {
    if (!setting) return {};
    return ". " + std::string{name} + " is " + (setting->unknown.empty() ? shown(setting->value) : "unknown") + " (" +
           setting->source + ")";
}

// Releases differ: 2.0 takes the machine's zone (TZ), 3.0 and 3.1 SPRING_JACKSON_TIME_ZONE, and from 3.2 on the start
// script hands the JVM's option over without replacing the variable in it, so that the JVM takes the offset of TZ.
Zone zone_of(const Sources& sources) {
    const auto of_jvm = sources.zone_of_jvm();
    const auto jackson = sources.find_variable("SPRING_JACKSON_TIME_ZONE");
    const auto machine = sources.find_variable("TZ");
    const auto is_known = [](const std::optional<Setting>& setting) { return setting && setting->unknown.empty(); };
    if (of_jvm && of_jvm->value.find('$') == std::string::npos) return {of_jvm, {}};
    if (is_known(jackson) && is_known(machine) && jackson->value == machine->value)
        return {Setting{machine->value, machine->source + " and " + jackson->source}, {}};
    if (of_jvm && is_known(machine))
        return {Setting{machine->value, machine->source + ", whose offset the JVM takes: -Duser.timezone (" +
                                            of_jvm->source + ") has a variable that its start script does not replace"},
                {}};
    return {std::nullopt, "the zone of the masters' JVMs cannot be told from these sources" +
                              found_text(jackson, "SPRING_JACKSON_TIME_ZONE") + found_text(machine, "TZ") +
                              found_text(of_jvm, "-Duser.timezone") + ". See it " + std::string{how_to_see_the_zone}};
}

/// Where the driver converts times to a zone of its own, the rows have that one.
std::optional<std::string> conflict_with_driver(const JdbcUrl& url, const std::string& zone) {
    for (const auto* name : {"connectiontimezone", "servertimezone"}) {
        const auto given = option(url, name);
        if (!given || *given == zone || base::lower(*given) == "local") continue;
        return "the JVM's zone is " + zone + ", but the database's driver is told " + shown(*given) +
               " (serverTimezone or connectionTimeZone), and may convert to it; compare start_time of a new row with "
               "the clock";
    }
    return std::nullopt;
}

void import_zone(const Sources& sources, const std::optional<JdbcUrl>& url, Writer& writer) {
    const auto zone = zone_of(sources);
    if (!zone.known) return writer.leave("database.time_zone", zone.why);
    if (url) {
        if (const auto conflict = conflict_with_driver(*url, zone.known->value))
            return writer.leave("database.time_zone", *conflict);
    }
    writer.put("database.time_zone", zone.known->value, zone.known->source);
}

void import_database(const Sources& sources, Writer& writer) {
    const auto url = import_url(sources, writer);
    auto user = sources.find({"spring.datasource.username", "DATABASE_USERNAME"});
    if (!user && url) {
        if (const auto in_url = option(*url, "user"))
            user = Setting{*in_url, "the option user of spring.datasource.url"};
    }
    if (user && is_encrypted(*user)) user->unknown = "is encrypted, ENC(...)";
    if (user) {
        writer.put("database.user", user);
        writer.note(
            "database.user is the masters' own user, who may do anything; a user of its own with the rights that "
            "init-db "
            "--print-grants prints is safer");
    } else {
        writer.leave("database.user", "none of these sources has spring.datasource.username");
    }
    auto password = sources.find({"spring.datasource.password", "DATABASE_PASSWORD"});
    if (!password && url && url->options.contains("password"))
        password = Setting{{}, "the option password of spring.datasource.url"};
    writer.put("database.password_file", std::string{password_path}, "the password itself is in no configuration");
    mention_secret(writer, password, "password of the database's user", password_path);
    import_zone(sources, url, writer);
}

std::string heading(const std::vector<SourceFile>& files, const Environment& environment) {
    std::string from;
    for (const auto& file : files) from += "\n#     " + base::printable(file.name);
    if (!environment.empty()) from += "\n#     the environment of this process";
    return "# Configuration of ds-reconcilerd, made by ds-reconcilerd import-config from:" + from +
           "\n#\n# Each value has its source above it. " + std::string{placeholder} +
           " stands for what only a person knows; the daemon does not start with it.\n"
           "# Next: ds-reconcilerd check-config --config FILE\n";
}

}  // namespace

ImportResult import_settings(const std::vector<SourceFile>& files, const Environment& environment) {
    ImportResult result;
    const Sources sources{files, environment, result.errors};
    Writer writer{result};
    import_registry(sources, writer);
    import_database(sources, writer);
    writer.put("failover.mode", "shadow", "Decides and keeps score; delete this line to enable failover.");
    if (result.errors.empty()) result.yaml = writer.text(heading(files, environment));
    return result;
}

}  // namespace dsr::config::dolphinscheduler
