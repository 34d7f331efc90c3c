"""Every icon that a page or the navigation names is one of the sheet's."""

import re

from gateway.console.assets import ROOM
from gateway.console.navigation import NAVIGATION

NAMED = set((ROOM / "icons.txt").read_text("utf-8").split())


def test_every_icon_of_the_navigation_and_the_templates_is_there():
    used = {entry.icon for groups in NAVIGATION.values() for group in groups for entry in group.entries}
    for path in (ROOM / "templates").glob("*.html"):
        used |= set(re.findall(r"""\bicon\("([a-z0-9-]+)"\)""", path.read_text("utf-8")))
    assert used - NAMED == set()
