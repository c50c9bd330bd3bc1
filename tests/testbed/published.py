# SPDX-License-Identifier: Apache-2.0
"""The schemas that DolphinScheduler publishes, brought from Maven Central and kept: what real masters run on, and what
tables.txt is compared with. All other tests do without."""

import os
import pathlib
import subprocess

from .dolphinscheduler import NotFetched

FETCH = pathlib.Path(__file__).with_name("fetch_schemas")
NAMES = {"postgresql": ("dolphinscheduler_postgresql.sql", "dolphinscheduler_postgre.sql")}


def fetch_schemas(*releases):
    """(the folder with RELEASE/sql, how `fetch_schemas` ended). Without releases: all that there are."""
    cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    directory = pathlib.Path(cache) / "ds-reconciler" / "schemas"
    return directory, subprocess.run([FETCH, directory, *releases], stdin=subprocess.DEVNULL).returncode


def schema_in(directory, release, database):
    """The file of that release's whole schema, or None."""
    names = NAMES.get(database, (f"dolphinscheduler_{database}.sql",))
    return next((file for name in names if (file := directory / release / "sql" / name).exists()), None)


def published_schema(release, database):
    """The same, brought first where it is not there yet."""
    directory, status = fetch_schemas(release)
    file = schema_in(directory, release, database)
    if file is None:
        raise NotFetched(f"the {database} schema of {release}: {FETCH} {directory} {release} ended with {status}")
    return file
