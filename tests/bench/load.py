# SPDX-License-Identifier: Apache-2.0
"""What a busy cluster asks its database all the time, as one client: a master fetches commands by slot, reads and
updates its instances and tasks, every statement a transaction of its own, as MyBatis does it in 3.1.1.

A child process of beside_cluster: one JSON line on its standard input says where to connect, what it may touch and where
to write; it goes on until that input ends. Then the file holds pairs of doubles: when a statement ended (epoch seconds),
and how long it took."""

import array
import json
import pathlib
import random
import select
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

STATEMENTS = [
    (
        "select * from t_ds_command where id %% %s = %s order by process_instance_priority, id asc limit 10",
        lambda o: (o["slots"], random.randrange(o["slots"])),
    ),
    ("select * from t_ds_process_instance where id = %s", lambda o: (instance(o),)),
    (
        "update t_ds_process_instance set state = 1, update_time = current_timestamp, history_cmd = 'START_PROCESS', "
        "run_times = 1, global_params = '[]' where id = %s",
        lambda o: (instance(o),),
    ),
    ("select * from t_ds_task_instance where id = %s", lambda o: (instance(o),)),
    (
        "update t_ds_task_instance set state = 1, log_path = '/tmp/x.log', pid = %s where id = %s",
        lambda o: (random.randrange(30000), instance(o)),
    ),
]


def instance(order):
    return random.randrange(order["first"], order["first"] + order["owned"])


def connect(order):
    if order["kind"] == "postgresql":
        import psycopg2

        connection = psycopg2.connect(order["dsn"])
        connection.autocommit = True
        return connection
    import pymysql

    return pymysql.connect(**order["dsn"], autocommit=True)


def main():
    order = json.loads(sys.stdin.readline())
    cursor = connect(order).cursor()
    measured = array.array("d")
    print("ready", flush=True)
    while not select.select([sys.stdin], [], [], 0)[0]:  # readable: it ended
        for sql, values in STATEMENTS:
            begun = time.perf_counter()
            cursor.execute(sql, values(order))
            if cursor.description:
                cursor.fetchall()
            measured.extend((time.time(), time.perf_counter() - begun))
    with open(order["out"], "wb") as out:
        measured.tofile(out)


if __name__ == "__main__":
    main()
