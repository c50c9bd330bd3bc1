# SPDX-License-Identifier: Apache-2.0
"""The releases of DolphinScheduler, where the schema of each comes from, and what its masters do: by its source, not by
this project's code."""

import dataclasses

LAST_PUBLISHED = "3.4.3"  # its sources hold the upgrade scripts from 3.0.0 on


@dataclasses.dataclass(frozen=True)
class Release:
    name: str  # what t_ds_version says
    base: str  # the published schema that it is made of
    scripts: tuple = ()  # then these upgrade scripts of LAST_PUBLISHED, in order
    note: str = ""

    @property
    def number(self):
        return tuple(int(n) for n in self.name.partition("-")[0].split("."))

    @property
    def schema(self):
        """Where it comes from, for people."""
        if self.scripts:
            return f"{self.base} + scripts to {self.scripts[-1]}"
        return "published" if self.base == self.name else f"that of {self.base}"

    # What a master of that release does ------------------------------------------------------------------------------

    @property
    def known(self):
        """Masters of 2.0.0 and 2.0.1 lock elsewhere: refused."""
        return self.number >= (2, 0, 2)

    @property
    def process(self):
        return self.number < (3, 3, 0)

    @property
    def marks_tasks(self):
        return self.number < (3, 2, 0)

    @property
    def in_place(self):
        """A recovered row keeps the dead host's name."""
        return self.number == (3, 3, 0)

    @property
    def markers(self):
        """Masters leave failover-finish markers."""
        return self.number >= (3, 3, 1)

    def lock(self, address):
        if self.number < (3, 2, 0):
            return f"lock/failover/masters/{address}"
        return "lock/master-failover" if self.in_place else f"lock/master-failover/{address}"

    @property
    def kill_request(self):
        """The byte that a worker takes for "kill this task"; the answer's is one more."""
        if self.number >= (3, 2, 0):
            return None
        return 18 if self.number >= (3, 1, 0) else 17 if self.number >= (3, 0, 1) else 15

    @property
    def worker_groups(self):
        """Whether a worker's node lies below that of its group."""
        return self.number <= (3, 1, 0)

    @property
    def finished_tasks(self):
        return {3, 6, 7, 8, 9} if self.number >= (3, 1, 0) else {3, 5, 6, 7, 8, 9, 13}

    @property
    def instance_priority(self):
        """A command gets the instance's priority; before, the column's default."""
        return self.number >= (3, 1, 0)

    @property
    def start_params(self):
        return self.process and self.number >= (3, 1, 7)

    @property
    def test_flag(self):
        return (3, 2, 0) <= self.number <= (3, 3, 0)


TO_3_1_0 = ("3.0.2", "3.1.0")
FROM_3_1_4 = ("3.2.0", "3.2.1", "3.2.2", "3.3.0", "3.3.1", "3.3.2", "3.4.0", "3.4.1", "3.4.3")


def upto(script):
    return FROM_3_1_4[: FROM_3_1_4.index(script) + 1]


def same_as(base, *names, scripts=()):
    return [Release(name, base, scripts) for name in names]


RELEASES = [
    *same_as("2.0.1", "2.0.0", "2.0.1"),
    *(Release(v, v) for v in ("2.0.2", "2.0.3", "2.0.4", "2.0.5", "2.0.6")),
    *same_as("2.0.6", "2.0.7", "2.0.8", "2.0.9"),
    *same_as("3.0.0", "3.0.0", "3.0.1"),
    *same_as("3.0.0", "3.0.2", "3.0.3", "3.0.4", "3.0.5", "3.0.6", scripts=("3.0.2",)),
    Release("3.1.0", "3.0.0", TO_3_1_0),
    *(Release(v, v) for v in ("3.1.1", "3.1.2", "3.1.3", "3.1.4")),
    *same_as("3.1.4", "3.1.5", "3.1.6", "3.1.7", "3.1.8", "3.1.9"),
    *(Release(v, "3.1.4", upto(v)) for v in ("3.2.0", "3.2.1", "3.2.2")),
    Release("3.3.0-alpha", "3.1.4", upto("3.3.0")),
    *(Release(v, "3.1.4", upto(v)) for v in ("3.3.1", "3.3.2", "3.4.0", "3.4.1")),
    *(Release(v, v) for v in ("3.4.2", "3.4.3")),
    Release("3.4.3", "3.1.4", FROM_3_1_4),
]

# Both ways to the same release: published, and by the scripts.
TWO_WAYS = [
    (Release("3.1.1", "3.1.1"), Release("3.1.1", "3.0.0", (*TO_3_1_0, "3.1.1"))),
    (Release("3.4.2", "3.4.2"), Release("3.4.2", "3.1.4", upto("3.4.1"))),
    (Release("3.4.3", "3.4.3"), Release("3.4.3", "3.1.4", FROM_3_1_4)),
]
