"""What of a platform is watched day by day, and from where on it is out of the ordinary: published rules. Pure."""

from collections.abc import Mapping

import msgspec

from risk_monitor.site_names import SeriesName
from signing.canonical import canonical_bytes, sha256_hex

VERSION = 1


class SiteRule(msgspec.Struct, frozen=True):
    """How one series is judged against its baseline; all are whole numbers.

    A spike is above `spread_percent` hundredths of the usual spread over what is expected, and at least `spike_percent`
    of that, and `spike_more` above it. A fall is below `fall_percent` of what is expected where at least
    `fall_least` is; 0 where a fall says nothing. `reported`: a day without a figure says something.
    """

    spread_percent: int
    spike_percent: int
    spike_more: int
    fall_percent: int = 0
    fall_least: int = 0
    reported: bool = False


RULES: Mapping[SeriesName, SiteRule] = {
    "traffic": SiteRule(600, 200, 50, fall_percent=15, fall_least=30, reported=True),
    "pages": SiteRule(600, 200, 50, fall_percent=40, fall_least=10),
    "complaints": SiteRule(500, 200, 6),
    "opinion": SiteRule(500, 200, 6),
}
WINDOW_DAYS = 56  # eight weeks, for the day of the week
LEVEL_DAYS = 28  # what is expected, and how far figures spread
LEAST_DAYS = 14  # with fewer figures nothing is expected yet
UNREPORTED_DAYS = 2  # so many days in a row without a figure, while others have theirs
COOL_DAYS = 3  # so many ordinary days end a finding: what comes and goes stays one
NORMAL_DAYS = 28  # a spike that lasts so long is what is usual now
QUORUM_PERCENT = 50  # fewer of the usual reporters than this: the feed itself is silent, and nobody is judged by it


def rules_digest() -> str:
    """Return the SHA-256 of the rules in force, in hexadecimal digits."""
    told = {name: msgspec.to_builtins(rule) for name, rule in RULES.items()}
    days = [WINDOW_DAYS, LEVEL_DAYS, LEAST_DAYS, UNREPORTED_DAYS, COOL_DAYS, NORMAL_DAYS, QUORUM_PERCENT]
    return sha256_hex(canonical_bytes({"version": VERSION, "rules": told, "days": days}))
