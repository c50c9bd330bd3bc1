// SPDX-License-Identifier: Apache-2.0
// The journal on SQLite 3.37 and later. Numbers are never reused, not even after a purge.
#include <array>

#include "journal/journal_sql.hpp"

namespace dsr::journal {

JournalSql sqlite_journal(bool added) {
    JournalSql sql = common_journal_sql("in (select value from json_each(:ids))", added);
    sql.create = {
        R"(create table if not exists ds_reconciler_journal (
    id           integer primary key autoincrement,
    sweep        text not null,
    recorded_at  bigint not null,
    kind         text not null,
    instance_id  bigint not null,
    from_host    text not null,
    from_startup bigint,
    from_process bigint,
    old_state    int not null,
    owned_since  bigint not null,
    releases     int not null,
    command_id   bigint not null,
    verdict      text not null,
    reason       text not null,
    version      text not null,
    replica      text not null,
    receipt      text not null,
    receipt_at   bigint,
    taken_by     text,
    message      text not null,
    zone         text,
    unique (instance_id, from_host, owned_since, kind, releases)
))",
        "create index if not exists ds_reconciler_journal_receipt on ds_reconciler_journal (receipt, id)",
        "create index if not exists ds_reconciler_journal_recorded on ds_reconciler_journal (recorded_at)",
        R"(create table if not exists ds_reconciler_control (
    id          integer primary key autoincrement,
    noted_at    bigint not null,
    action      text not null,
    instance_id bigint,
    until_at    bigint,
    who         text not null,
    why         text not null,
    gate        text,
    owned_since bigint,
    state       text,
    state_at    bigint,
    state_why   text,
    spent       bigint
))",
        "create index if not exists ds_reconciler_control_instance on ds_reconciler_control (instance_id)",
        R"(create table if not exists ds_reconciler_memory (
    name       text not null primary key,
    value      text not null,
    updated_at bigint not null
))",
        std::string("insert into ds_reconciler_memory (name, value, updated_at) values ('format', '") + journal_format +
            "', 0)\n    on conflict (name) do nothing",
        R"(create table if not exists ds_reconciler_shadow (
    id           integer primary key autoincrement,
    sweep        text not null,
    recorded_at  bigint not null,
    kind         text not null,
    instance_id  bigint not null,
    from_host    text not null,
    old_state    int not null,
    owned_since  bigint not null,
    owned_until  bigint,
    verdict      text not null,
    reason       text not null,
    version      text not null,
    replica      text not null,
    untouched_at bigint,
    compared     text not null,
    compared_at  bigint,
    settled      int not null,
    dealt_by     text,
    message      text not null,
    unique (instance_id, from_host, owned_since, kind)
))",
        "create index if not exists ds_reconciler_shadow_settled on ds_reconciler_shadow (settled, id)",
        "create index if not exists ds_reconciler_shadow_recorded on ds_reconciler_shadow (recorded_at)",
    };
    // SQLite cannot add a column "if not exists" and cannot check in SQL. So the text for operators creates new tables
    // with these columns, and has statements for an older journal in comments. `init-db` adds them itself.
    constexpr std::array<std::array<const char*, 3>, 7> added_columns{{
        {"ds_reconciler_journal", "zone", "text"},
        {"ds_reconciler_control", "gate", "text"},
        {"ds_reconciler_control", "owned_since", "bigint"},
        {"ds_reconciler_control", "state", "text"},
        {"ds_reconciler_control", "state_at", "bigint"},
        {"ds_reconciler_control", "state_why", "text"},
        {"ds_reconciler_control", "spent", "bigint"},
    }};
    for (const auto& [table, column, type] : added_columns) {
        const std::string alter = std::string("alter table ") + table + " add column " + column + " " + type;
        sql.additions.push_back({table, column, alter, "-- if version 0.1.0 made the table, once: " + alter + ";\n"});
    }
    sql.catalog = R"(
select lower(t.name), lower(c.name)
  from sqlite_schema t
  join pragma_table_info(t.name) c
 where t.type in ('table', 'view') and t.name like 'ds\_reconciler\_%' escape '\')";
    sql.save_state = R"(
insert into ds_reconciler_memory (name, value, updated_at) values ('remembered', :text, :now)
    on conflict (name) do update set value = excluded.value, updated_at = excluded.updated_at)";
    sql.identify = R"(
insert into ds_reconciler_memory (name, value, updated_at) values ('identity', :identity, :now)
    on conflict (name) do nothing)";
    sql.remember_workers = R"(
insert into ds_reconciler_memory (name, value, updated_at) values ('workers', :text, :now)
    on conflict (name) do update set value = excluded.value, updated_at = excluded.updated_at
    where ds_reconciler_memory.value <> excluded.value)";
    sql.confirm = R"(
update ds_reconciler_journal
   set receipt = json_extract(r.value, '$[1]'), receipt_at = json_extract(r.value, '$[2]'),
       taken_by = json_extract(r.value, '$[3]'), message = json_extract(r.value, '$[4]')
  from json_each(:rows) r
 where ds_reconciler_journal.id = json_extract(r.value, '$[0]'))";
    sql.settle_releases = R"(
update ds_reconciler_control
   set action = json_extract(r.value, '$[1]'), gate = json_extract(r.value, '$[2]'),
       owned_since = json_extract(r.value, '$[3]'), state = json_extract(r.value, '$[4]'),
       state_at = json_extract(r.value, '$[5]'), state_why = json_extract(r.value, '$[6]'),
       spent = json_extract(r.value, '$[7]')
  from json_each(:rows) r
 where ds_reconciler_control.id = json_extract(r.value, '$[0]'))";
    // "where true": otherwise "on" would be parsed as that of a join.
    sql.shadow.note = R"(
insert into ds_reconciler_shadow (sweep, recorded_at, kind, instance_id, from_host, old_state, owned_since, owned_until,
                                  verdict, reason, version, replica, untouched_at, compared, compared_at, settled,
                                  dealt_by, message)
select json_extract(r.value, '$[0]'), json_extract(r.value, '$[1]'), json_extract(r.value, '$[2]'),
       json_extract(r.value, '$[3]'), json_extract(r.value, '$[4]'), json_extract(r.value, '$[5]'),
       json_extract(r.value, '$[6]'), json_extract(r.value, '$[7]'), json_extract(r.value, '$[8]'),
       json_extract(r.value, '$[9]'), json_extract(r.value, '$[10]'), json_extract(r.value, '$[11]'),
       json_extract(r.value, '$[12]'), json_extract(r.value, '$[13]'), json_extract(r.value, '$[14]'),
       json_extract(r.value, '$[15]'), json_extract(r.value, '$[16]'), json_extract(r.value, '$[17]')
  from json_each(:rows) r
 where true
 order by r.key
    on conflict do nothing)";
    sql.shadow.compare = R"(
update ds_reconciler_shadow
   set untouched_at = json_extract(r.value, '$[1]'), compared = json_extract(r.value, '$[2]'),
       compared_at = json_extract(r.value, '$[3]'), settled = json_extract(r.value, '$[4]'),
       dealt_by = json_extract(r.value, '$[5]'), message = json_extract(r.value, '$[6]')
  from json_each(:rows) r
 where ds_reconciler_shadow.id = json_extract(r.value, '$[0]'))";
    return sql;
}

}  // namespace dsr::journal
