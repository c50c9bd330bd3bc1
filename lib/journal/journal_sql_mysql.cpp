// SPDX-License-Identifier: Apache-2.0
// The journal on MySQL 5.7 and later and on MariaDB 10.3 and later. Texts are compared as bytes, especially hosts.
#include <array>

#include "journal/journal_sql.hpp"

namespace dsr::journal {

JournalSql mysql_journal(bool added) {
    JournalSql sql = common_journal_sql("in (:ids)", added);
    // Indexes are part of the table's statement: MySQL cannot create them "if not exists".
    sql.create = {
        R"(create table if not exists ds_reconciler_journal (
    id           bigint not null auto_increment primary key,
    sweep        varchar(255) not null,
    recorded_at  bigint not null,
    kind         varchar(32) not null,
    instance_id  bigint not null,
    from_host    varchar(135) not null,
    from_startup bigint,
    from_process bigint,
    old_state    int not null,
    owned_since  bigint not null,
    releases     int not null,
    command_id   bigint not null,
    verdict      varchar(32) not null,
    reason       mediumtext not null,
    version      varchar(64) not null,
    replica      varchar(255) not null,
    receipt      varchar(32) not null,
    receipt_at   bigint,
    taken_by     text,
    message      mediumtext not null,
    unique key ds_reconciler_journal_loss (instance_id, from_host, owned_since, kind, releases),
    key ds_reconciler_journal_receipt (receipt, id),
    key ds_reconciler_journal_recorded (recorded_at)
) engine = InnoDB row_format = dynamic default charset = utf8mb4 collate = utf8mb4_bin)",
        R"(create table if not exists ds_reconciler_control (
    id          bigint not null auto_increment primary key,
    noted_at    bigint not null,
    action      varchar(32) not null,
    instance_id bigint,
    until_at    bigint,
    who         text not null,
    why         mediumtext not null,
    key ds_reconciler_control_instance (instance_id)
) engine = InnoDB row_format = dynamic default charset = utf8mb4 collate = utf8mb4_bin)",
        R"(create table if not exists ds_reconciler_memory (
    name       varchar(64) not null primary key,
    value      mediumtext not null,
    updated_at bigint not null
) engine = InnoDB row_format = dynamic default charset = utf8mb4 collate = utf8mb4_bin)",
        std::string("insert into ds_reconciler_memory (name, value, updated_at) values ('format', '") + journal_format +
            "', 0)\n    on duplicate key update name = name",
        R"(create table if not exists ds_reconciler_shadow (
    id           bigint not null auto_increment primary key,
    sweep        varchar(255) not null,
    recorded_at  bigint not null,
    kind         varchar(32) not null,
    instance_id  bigint not null,
    from_host    varchar(135) not null,
    old_state    int not null,
    owned_since  bigint not null,
    owned_until  bigint,
    verdict      varchar(32) not null,
    reason       mediumtext not null,
    version      varchar(64) not null,
    replica      varchar(255) not null,
    untouched_at bigint,
    compared     varchar(32) not null,
    compared_at  bigint,
    settled      int not null,
    dealt_by     text,
    message      mediumtext not null,
    unique key ds_reconciler_shadow_loss (instance_id, from_host, owned_since, kind),
    key ds_reconciler_shadow_settled (settled, id),
    key ds_reconciler_shadow_recorded (recorded_at)
) engine = InnoDB row_format = dynamic default charset = utf8mb4 collate = utf8mb4_bin)",
    };
    // A new journal gets them too, so that both take the same path. MySQL cannot add a column "if not exists", so the
    // text for operators checks.
    constexpr std::array<std::array<const char*, 3>, 7> added_columns{{
        {"ds_reconciler_journal", "zone", "varchar(64)"},
        {"ds_reconciler_control", "gate", "varchar(64)"},
        {"ds_reconciler_control", "owned_since", "bigint"},
        {"ds_reconciler_control", "state", "varchar(64)"},
        {"ds_reconciler_control", "state_at", "bigint"},
        {"ds_reconciler_control", "state_why", "mediumtext"},
        {"ds_reconciler_control", "spent", "bigint"},
    }};
    for (const auto& [table, column, type] : added_columns) {
        const std::string alter = std::string("alter table ") + table + " add column " + column + " " + type;
        sql.additions.push_back({table, column, alter,
                                 "set @ds_reconciler_sql = (select if(count(*) = 0, '" + alter +
                                     "', 'do 0')\n    from information_schema.columns where table_schema = database() "
                                     "and table_name = '" +
                                     table + "' and column_name = '" + column +
                                     "');\nprepare ds_reconciler_add from @ds_reconciler_sql;\n"
                                     "execute ds_reconciler_add;\ndeallocate prepare ds_reconciler_add;\n"});
    }
    sql.catalog = R"(
select c.table_name, c.column_name
  from information_schema.columns c
 where c.table_schema = database() and c.table_name like 'ds\_reconciler\_%')";
    sql.save_state = R"(
insert into ds_reconciler_memory (name, value, updated_at) values ('remembered', :text, :now)
    on duplicate key update value = :text, updated_at = :now)";
    sql.identify = R"(
insert into ds_reconciler_memory (name, value, updated_at) values ('identity', :identity, :now)
    on duplicate key update name = name)";
    // Assigned in this order: the time is compared with the stored value. An unchanged row costs no binary log.
    sql.remember_workers = R"(
insert into ds_reconciler_memory (name, value, updated_at) values ('workers', :text, :now)
    on duplicate key update updated_at = if(value = :text, updated_at, :now), value = :text)";
    // The first SELECT names the columns.
    sql.confirm = R"(
update ds_reconciler_journal j
  join (select null as id, null as receipt, null as receipt_at, null as taken_by, null as message
         union all :selects) batch on batch.id = j.id
   set j.receipt = batch.receipt, j.receipt_at = batch.receipt_at, j.taken_by = batch.taken_by,
       j.message = batch.message)";
    sql.settle_releases = R"(
update ds_reconciler_control c
  join (select null as id, null as action, null as gate, null as owned_since, null as state, null as state_at,
               null as state_why, null as spent
         union all :selects) batch on batch.id = c.id
   set c.action = batch.action, c.gate = batch.gate, c.owned_since = batch.owned_since, c.state = batch.state,
       c.state_at = batch.state_at, c.state_why = batch.state_why, c.spent = batch.spent)";
    // Not "insert ignore", which silently cuts values that are too long.
    sql.shadow.note = R"(
insert into ds_reconciler_shadow (sweep, recorded_at, kind, instance_id, from_host, old_state, owned_since, owned_until,
                                  verdict, reason, version, replica, untouched_at, compared, compared_at, settled,
                                  dealt_by, message)
values :rows
    on duplicate key update id = id)";
    sql.shadow.compare = R"(
update ds_reconciler_shadow s
  join (select null as id, null as untouched_at, null as compared, null as compared_at, null as settled,
               null as dealt_by, null as message
         union all :selects) batch on batch.id = s.id
   set s.untouched_at = batch.untouched_at, s.compared = batch.compared, s.compared_at = batch.compared_at,
       s.settled = batch.settled, s.dealt_by = batch.dealt_by, s.message = batch.message)";
    return sql;
}

}  // namespace dsr::journal
