#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How long one sweep takes to hand over 5,000 orphans (with one unfinished task each in 3.1), beside what real masters took.

    DSR_BINARY=build/release/ds-reconcilerd tests/bench/recovery_rate.py [--orphans N] [--kinds postgresql,mysql]

A real 3.1.1 master failed 5,000 such instances over in 60.4 s, a 3.3 development master 5,000 task-less ones in 21.3 s
(PostgreSQL, two cores); those two figures are not taken anew here.
"""

import argparse
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import Daemon, StandIn, World  # noqa: E402

DEAD, ALIVE, GONE_WORKER = "127.9.9.9:5678", "127.9.9.8:5678", "127.9.9.7:1234"
REAL_MASTER_SECONDS = {"3.1.1": 60.4, "3.4.3": 21.3}


def statements(version, orphans):
    """Seeds in SQL that both databases understand: a recursive series of ids."""
    unit = "process" if version.startswith("3.1") else "workflow"
    series = f"with recursive n(id) as (select 1 union all select id + 1 from n where id < {orphans})"
    yield (f"insert into t_ds_{unit}_definition_log(code, name, version, project_code, user_id, operator, create_time, update_time)"
           " values (9001, 'wf', 1, 1, 1, 1, '2026-01-01 00:00:00', '2026-01-01 00:00:00')")
    yield (f"insert into t_ds_{unit}_instance(id, name, {unit}_definition_code, {unit}_definition_version, state, recovery, start_time,"
           f" run_times, host, command_type, command_param, executor_id, {unit}_instance_priority) {series}"
           f" select id, 'wf', 9001, 1, 1, 0, '2026-01-01 00:00:00', 1, '{DEAD}', 0, '{{}}', 5, 2 from n")
    if unit == "process":
        yield (f"insert into t_ds_task_instance(id, name, task_type, task_code, task_definition_version, process_instance_id, state,"
               f" submit_time, start_time, host, flag, max_retry_times, task_params) {series}"
               f" select id, 't1', 'SHELL', 9101, 1, id, 1, '2026-01-01 00:00:00', '2026-01-01 00:00:00', '{GONE_WORKER}', 1, 0, '{{}}' from n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orphans", type=int, default=5000)
    parser.add_argument("--kinds", default="postgresql,mysql")
    arguments = parser.parse_args()
    kinds = arguments.kinds.split(",")
    print(f"{'database':<12} {'schema':<7} {'orphans':>8} {'sweep':>9} {'rows/s':>9} {'real master':>12} {'times':>7}")
    with World(kinds) as world:
        for kind in kinds:
            for version in ("3.1.1", "3.4.3"):
                database = world.database(f"rate_{version.replace('.', '_')}", version, kind)
                if kind == "mysql":
                    database.execute(f"set session max_recursive_iterations = {arguments.orphans + 1}")
                for statement in statements(version, arguments.orphans):
                    database.execute(statement)
                namespace = f"{kind}-{version}"
                with StandIn(world.zookeeper, ALIVE, version=version, namespace=namespace):
                    result = Daemon(world.scratch / namespace, world.zookeeper, database, namespace, log={"level": "warn"}).sweep()
                seconds = result.report["duration_ms"] / 1000
                recovered = sum(1 for a in result.report["actions"] if a["outcome"] == "recovered")
                if result.code != 0 or result.report["actions_total"] != arguments.orphans or recovered != min(1000, arguments.orphans):
                    sys.exit(f"not all were recovered: {result}")
                if database.value("select count(*) from t_ds_command") != arguments.orphans:
                    sys.exit("not every orphan has its command")
                real = REAL_MASTER_SECONDS[version] * arguments.orphans / 5000
                print(f"{kind:<12} {version:<7} {arguments.orphans:>8} {seconds:>7.2f} s {arguments.orphans / seconds:>9.0f} {real:>10.1f} s"
                      f" {real / seconds:>7.0f}")


if __name__ == "__main__":
    main()
