# SPDX-License-Identifier: Apache-2.0
"""docs/installing.md, as the tests of the package read it."""

import pathlib
import re

PAGE = pathlib.Path(__file__).resolve().parent.parent.parent / "docs" / "installing.md"


def commands_of_page():
    """{name: commands} of its code blocks."""
    return dict(re.findall(r"^```sh (\w+)\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL))
