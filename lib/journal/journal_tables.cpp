// SPDX-License-Identifier: Apache-2.0
#include "journal/journal_tables.hpp"

#include <array>

namespace dsr::journal {

const std::vector<JournalTable>& journal_tables() {
    static const std::vector<JournalTable> tables{
        {"ds_reconciler_journal",
         {"id",           "sweep",     "recorded_at", "kind",       "instance_id", "from_host", "from_startup",
          "from_process", "old_state", "owned_since", "releases",   "command_id",  "verdict",   "reason",
          "version",      "replica",   "receipt",     "receipt_at", "taken_by",    "message"}},
        {"ds_reconciler_control", {"id", "noted_at", "action", "instance_id", "until_at", "who", "why"}},
        {"ds_reconciler_memory", {"name", "value", "updated_at"}},
    };
    return tables;
}

const JournalTable& shadow_table() {
    static const JournalTable table{"ds_reconciler_shadow",
                                    {"id", "sweep", "recorded_at", "kind", "instance_id", "from_host", "old_state",
                                     "owned_since", "owned_until", "verdict", "reason", "version", "replica",
                                     "untouched_at", "compared", "compared_at", "settled", "dealt_by", "message"}};
    return table;
}

const JournalTable& replicas_table() {
    static const JournalTable table{"ds_reconciler_replicas", {"ticket", "identity", "expires"}};
    return table;
}

std::string with_words(std::string sql, const store::Words& words) {
    for (const auto& [name, word] : words) {
        const std::string brace = "{" + name + "}";
        for (std::size_t at = sql.find(brace); at != std::string::npos; at = sql.find(brace, at + word.size()))
            sql.replace(at, brace.size(), word);
    }
    return sql;
}

std::vector<std::string> create_tables(store::DatabaseKind kind, const store::Words& words) {
    std::vector<std::string> statements;
    const auto create = [&](const std::string& sql) { statements.push_back(with_words(sql, words)); };
    // MySQL cannot create an index "if not exists": there they are part of the table's statement.
    const auto index = [&](const std::string& name_and_columns) {
        if (kind != store::DatabaseKind::mysql) statements.push_back("create index if not exists " + name_and_columns);
    };
    create(R"(create table if not exists ds_reconciler_journal (
    id           {id},
    sweep        {name} not null,
    recorded_at  bigint not null,
    kind         {code} not null,
    instance_id  bigint not null,
    from_host    {address} not null,
    from_startup bigint,
    from_process bigint,
    old_state    int not null,
    owned_since  bigint not null,
    releases     int not null,
    command_id   bigint not null,
    verdict      {code} not null,
    reason       {long_text} not null,
    version      {label} not null,
    replica      {name} not null,
    receipt      {code} not null,
    receipt_at   bigint,
    taken_by     text,
    message      {long_text} not null,
    {journal_unique} (instance_id, from_host, owned_since, kind, releases){journal_keys}
){options})");
    index("ds_reconciler_journal_receipt on ds_reconciler_journal (receipt, id)");
    index("ds_reconciler_journal_recorded on ds_reconciler_journal (recorded_at)");
    create(R"(create table if not exists ds_reconciler_control (
    id          {id},
    noted_at    bigint not null,
    action      {code} not null,
    instance_id bigint,
    until_at    bigint,
    who         text not null,
    why         {long_text} not null{control_rest}
){options})");
    index("ds_reconciler_control_instance on ds_reconciler_control (instance_id)");
    create(R"(create table if not exists ds_reconciler_memory (
    name       {primary_label},
    value      {long_text} not null,
    updated_at bigint not null
){options})");
    create(std::string("insert into ds_reconciler_memory (name, value, updated_at) values ('format', '") +
           journal_format + "', 0)\n    {or_keep}");
    create(R"(create table if not exists ds_reconciler_shadow (
    id           {id},
    sweep        {name} not null,
    recorded_at  bigint not null,
    kind         {code} not null,
    instance_id  bigint not null,
    from_host    {address} not null,
    old_state    int not null,
    owned_since  bigint not null,
    owned_until  bigint,
    verdict      {code} not null,
    reason       {long_text} not null,
    version      {label} not null,
    replica      {name} not null,
    untouched_at bigint,
    compared     {code} not null,
    compared_at  bigint,
    settled      int not null,
    dealt_by     text,
    message      {long_text} not null,
    {shadow_unique} (instance_id, from_host, owned_since, kind){shadow_keys}
){options})");
    index("ds_reconciler_shadow_settled on ds_reconciler_shadow (settled, id)");
    index("ds_reconciler_shadow_recorded on ds_reconciler_shadow (recorded_at)");
    // Tickets are never used again: the lowest that is alive leads. `expires` is of the database's clock.
    create(R"(create table if not exists ds_reconciler_replicas (
    ticket   {id},
    identity {name} not null,
    expires  bigint not null
){options})");
    return statements;
}

std::vector<JournalAddition> added_columns(const store::Words& words) {
    // A new journal gets them too, so that both take the same path.
    constexpr std::array<std::array<const char*, 3>, 7> columns{{
        {"ds_reconciler_journal", "zone", "{label}"},
        {"ds_reconciler_control", "gate", "{label}"},
        {"ds_reconciler_control", "owned_since", "bigint"},
        {"ds_reconciler_control", "state", "{label}"},
        {"ds_reconciler_control", "state_at", "bigint"},
        {"ds_reconciler_control", "state_why", "{long_text}"},
        {"ds_reconciler_control", "spent", "bigint"},
    }};
    std::vector<JournalAddition> additions;
    for (const auto& [table, column, type] : columns) {
        const std::string alter =
            with_words(std::string("alter table ") + table + " {add_column} " + column + " " + type, words);
        const std::string printed =
            with_words(words.at("add_by_hand"), {{"alter", alter}, {"table", table}, {"column", column}});
        additions.push_back({table, column, alter, printed});
    }
    return additions;
}

}  // namespace dsr::journal
