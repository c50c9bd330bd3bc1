// SPDX-License-Identifier: Apache-2.0
#include "journal/journal_sql.hpp"

namespace dsr::journal {

namespace {

ShadowSql common_shadow_sql(const std::string& in_ids, const std::string& rows) {
    const std::string entry = R"(select
       s.id, s.sweep, s.recorded_at, s.kind, s.instance_id, s.from_host, s.old_state, s.owned_since, s.owned_until,
       s.verdict, s.reason, s.version, s.replica, s.untouched_at, s.compared, s.compared_at, s.settled, s.dealt_by,
       s.message
  from ds_reconciler_shadow s)";

    ShadowSql sql;
    sql.probes = {"insert into ds_reconciler_shadow select * from ds_reconciler_shadow where 1 = 0",
                  "update ds_reconciler_shadow set compared = '' where 1 = 0",
                  "delete from ds_reconciler_shadow where 1 = 0"};
    sql.note = R"(
insert into ds_reconciler_shadow (sweep, recorded_at, kind, instance_id, from_host, old_state, owned_since, owned_until,
                                  verdict, reason, version, replica, untouched_at, compared, compared_at, settled,
                                  dealt_by, message)
)" + rows;
    sql.entries_of = entry + "\n where s.instance_id " + in_ids + "\n order by s.id desc";
    sql.newest_entries = entry + "\n order by s.id desc\n limit :limit";
    sql.newest_of_one = entry + "\n where s.instance_id = :instance\n order by s.id desc\n limit :limit";
    sql.unsettled = entry + "\n where s.settled = 0 and s.id > :after\n order by s.id\n limit :limit";
    sql.counts = "select s.compared, count(*) from ds_reconciler_shadow s group by s.compared";
    // Two SELECTs, as for the journal.
    sql.purge = R"(
delete from ds_reconciler_shadow
 where id in (select old.id
                from (select s.id
                        from ds_reconciler_shadow s
                       where s.recorded_at < :before and s.settled = 1
                       order by s.id
                       limit :most) old))";
    return sql;
}

}  // namespace

JournalSql common_journal_sql(store::DatabaseKind kind, const store::Words& words, bool added) {
    const auto fill = [&](const std::string& text) { return with_words(text, words); };
    const std::string& in_ids = words.at("in_ids");
    const std::string entry = R"(
       j.id, j.sweep, j.recorded_at, j.kind, j.instance_id, j.from_host, j.from_startup, j.from_process, j.old_state,
       j.owned_since, j.releases, j.command_id, j.verdict, j.reason, j.version, j.replica, j.receipt, j.receipt_at,
       j.taken_by, j.message, )" +
                              std::string(added ? "j.zone" : "null") + R"(
  from ds_reconciler_journal j)";
    const std::string note = R"(
       c.id, c.noted_at, c.action, c.instance_id, c.until_at, c.who, c.why, )" +
                             std::string(added ? "c.gate, c.owned_since, c.state, c.state_at, c.state_why, c.spent"
                                               : "null, null, null, null, null, null") +
                             R"(
  from ds_reconciler_control c)";

    JournalSql sql;
    sql.create = create_tables(kind, words);
    sql.additions = added_columns(words);
    // A database refuses even an INSERT of no rows without the privilege, or where writing is impossible.
    for (const JournalTable& table : journal_tables()) {
        sql.probes.push_back("insert into " + table.name + " select * from " + table.name + " where 1 = 0");
    }
    sql.probes.emplace_back("update ds_reconciler_journal set receipt = '' where 1 = 0");
    sql.probes.emplace_back("delete from ds_reconciler_journal where 1 = 0");
    sql.probes.emplace_back("update ds_reconciler_memory set value = '' where 1 = 0");
    sql.format = "select m.value from ds_reconciler_memory m where m.name = 'format'";

    sql.identity =
        "select m.name, m.value, m.updated_at from ds_reconciler_memory m where m.name in ('identity', 'owner')";
    sql.load_state =
        "select m.name, m.value from ds_reconciler_memory m where m.name in ('remembered', 'workers', 'timeline')";

    sql.save_state = fill(R"(
insert into ds_reconciler_memory (name, value, updated_at) values ('remembered', :text, :now)
    {or_replace})");
    sql.save_owner = fill(R"(
insert into ds_reconciler_memory (name, value, updated_at) values ('owner', :text, :now)
    {or_replace})");
    sql.save_workers = fill(R"(
insert into ds_reconciler_memory (name, value, updated_at) values ('workers', :text, :now)
    {or_replace_changed})");
    sql.save_timeline = fill(R"(
insert into ds_reconciler_memory (name, value, updated_at) values ('timeline', :text, :now)
    {or_replace_changed})");
    sql.identify = fill(R"(
insert into ds_reconciler_memory (name, value, updated_at) values ('identity', :identity, :now)
    {or_keep})");
    sql.touch = "update ds_reconciler_memory set updated_at = updated_at where name = 'format'";

    sql.in_force = "select " + note + R"(
 where c.id in ((select max(p.id) from ds_reconciler_control p where p.action in ('pause', 'resume')),
                (select max(r.id) from ds_reconciler_control r where r.action = 'release_mass_loss'),
                (select max(k.id) from ds_reconciler_control k where k.action = 'release_cluster'),
                (select max(d.id) from ds_reconciler_control d where d.action = 'release_database'),
                (select max(t.id) from ds_reconciler_control t where t.action = 'release_clock'))
 order by c.id)";
    sql.note = added ? R"(
insert into ds_reconciler_control (noted_at, action, instance_id, until_at, who, why, state)
values (:at, :action, :instance, :until, :who, :why, :state))"
                     : R"(
insert into ds_reconciler_control (noted_at, action, instance_id, until_at, who, why)
values (:at, :action, :instance, :until, :who, :why))";
    if (added) {
        sql.open_releases = "select " + note + R"(
 where c.action = 'release' and c.state in ('unbound', 'bound')
 order by c.id)";
        sql.addition_probes = {"update ds_reconciler_control set state = '' where 1 = 0"};
    }
    sql.newest_notes = "select " + note + R"(
 order by c.id desc
 limit :limit)";
    // A used release still counts, even when its action says that it ended.
    sql.releases_of = "select " + note + "\n where c.instance_id " + in_ids +
                      (added ? " and (c.action = 'release' or (c.action = 'ended_release' and c.state = 'used'))"
                             : " and c.action = 'release'") +
                      "\n order by c.id";

    sql.entry = "select " + entry + R"(
 where j.id = :number)";
    sql.entries_of = "select " + entry + R"(
 where j.instance_id )" +
                     in_ids + R"(
 order by j.id desc)";
    sql.recorded_between = R"(
select j.instance_id from ds_reconciler_journal j where j.instance_id >= :first and j.instance_id <= :last
 union all
select c.instance_id from ds_reconciler_control c where c.instance_id >= :first and c.instance_id <= :last
 limit :limit)";
    sql.newest_entries = "select " + entry + R"(
 order by j.id desc
 limit :limit)";
    sql.newest_of_one = "select " + entry + R"(
 where j.instance_id = :instance
 order by j.id desc
 limit :limit)";
    sql.recoveries = R"(
select j.from_host, j.receipt, count(*), min(j.recorded_at), max(j.recorded_at), max(j.receipt_at), min(j.instance_id)
  from ds_reconciler_journal j
 where j.recorded_at >= :since
 group by j.sweep, j.from_host, j.receipt
 order by max(j.id) desc
 limit :limit)";
    sql.unconfirmed = "select " + entry + R"(
 where j.receipt in ('awaited', 'overdue') and j.id > :after
 order by j.id
 limit :limit)";
    // The inner SELECT is named, because MySQL cannot delete from a table that it otherwise reads, and accepts a limit
    // only there.
    sql.purge = R"(
delete from ds_reconciler_journal
 where id in (select old.id
                from (select j.id
                        from ds_reconciler_journal j
                       where j.recorded_at < :before and j.receipt in ('recovered', 'failed')
                         and not exists (select 1 from {instance} i
                                          where i.id = j.instance_id
                                            and (i.state is null or i.state not in ({final_states})))
                       order by j.id
                       limit :most) old))";
    sql.size = "select count(*) from ds_reconciler_journal";
    sql.shadow = common_shadow_sql(in_ids, words.at("shadow_rows"));
    return sql;
}

}  // namespace dsr::journal
