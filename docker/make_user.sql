-- SPDX-License-Identifier: Apache-2.0
-- Run by psql in compose.yaml: creates the daemon's user if it does not exist. The password appears in no argument.
\set password `cat /run/secrets/reconciler.password`
select 'create role ds_reconciler' where not exists (select from pg_roles where rolname = 'ds_reconciler') \gexec
alter role ds_reconciler login password :'password';
