// SPDX-License-Identifier: Apache-2.0
#include "store/sql/guard_sql.hpp"

namespace dsr::store {

namespace {

/// In 3.2 a row has no owner. A term of 0 would be purged at once if it were ever committed.
Words words_of(bool has_clients) {
    if (has_clients)
        return {{"owner", "client_id"},
                {"shown_owner", "d.client_id"},
                {"ephemeral", "'EPHEMERAL'"},
                {"persistent", "'PERSISTENT'"}};
    return {{"owner", "last_term"}, {"shown_owner", "0"}, {"ephemeral", "1"}, {"persistent", "2"}};
}

}  // namespace

GuardSql guard_sql(Words words, model::Generation generation) {
    GuardSql sql;
    sql.has_clients = generation == model::Generation::workflow;
    words.merge(words_of(sql.has_clients));
    const auto fill = [&](const std::string& text) { return in_schema(text, {}, words); };
    sql.insert_lock = fill(R"(
{insert_or_skip} into t_ds_jdbc_registry_lock (lock_key, lock_owner, {owner})
values (:path, 'ds-reconciler', 0){or_skip})");
    sql.delete_lock = fill(R"(
delete from t_ds_jdbc_registry_lock
 where lock_key = :path and lock_owner = 'ds-reconciler' and {owner} = 0)");
    sql.leaked_lock = "select l.lock_key from t_ds_jdbc_registry_lock l where l.id = :id for update";

    sql.insert_address = fill(R"(
{insert_or_skip} into t_ds_jdbc_registry_data (data_key, data_value, data_type, {owner})
values (:key, '', {ephemeral}, 0){or_skip})");
    sql.delete_address = fill(R"(
delete from t_ds_jdbc_registry_data
 where data_key = :key and data_value = '' and data_type = {ephemeral} and {owner} = 0)");
    const std::string row =
        "select d.data_key, {shown_owner}, d.data_value from t_ds_jdbc_registry_data d where d.id = :id ";
    sql.still_row = fill(row + "for update");
    sql.live_row = fill(row + "{for_share}");
    sql.still_client = "select d.last_term from t_ds_jdbc_registry_data d where d.id = :id for update";
    if (sql.has_clients) {
        sql.still_client = R"(
select c.last_heartbeat_time from t_ds_jdbc_registry_client_heartbeat c where c.id = :id for update)";
        sql.events = R"(
select e.jdbc_registry_data
  from t_ds_jdbc_registry_data_change_event e
 where e.id > :after and e.event_type <> 'DELETE')";
    }

    sql.insert_marker = fill(R"(
insert into t_ds_jdbc_registry_data (data_key, data_value, data_type, {owner})
select :key, :value, {persistent}, 0
 {from_nothing}
 where not exists (select 1 from t_ds_jdbc_registry_data d where d.data_key = :key))");

    sql.hold_ticket = fill("select r.ticket from ds_reconciler_replicas r where r.ticket = :ticket {for_share}");
    sql.leads = fill(R"(
select r.ticket
  from ds_reconciler_replicas r
 where r.ticket = :ticket and r.expires > {clock}
   and not exists (select 1 from ds_reconciler_replicas o where o.ticket < r.ticket and o.expires > {clock}))");
    return sql;
}

}  // namespace dsr::store
