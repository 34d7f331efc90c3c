"""Which limits hold for whom: a party's own, else those of all of its kind, else the program's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.rates.gcra import Pace

Scope = Literal["account", "institution", "signatory"]
# Requests a second, beyond it at once, questions under way; and what is no honest use any more (gateway/abnormal):
# denials for want of a consent in ten minutes, enterprises asked about in an hour.
Measure = Literal["rate", "burst", "at-once", "denials", "subjects"]
# What nobody meets who asks for its own customers: an operator sets less for one, or for all of a kind.
DEFAULTS: Mapping[tuple[str, str], int] = {
    ("account", "rate"): 500,
    ("account", "burst"): 1000,
    ("account", "at-once"): 200,
    ("account", "denials"): 500,
    ("account", "subjects"): 10_000,
    ("institution", "rate"): 1000,
    ("institution", "burst"): 2000,
    ("signatory", "rate"): 20,
    ("signatory", "burst"): 200,
}
EVERYONE = ""
MOST = 1_000_000
_IN_FORCE = text("""
    SELECT DISTINCT ON (scope, scope_id, measure) scope, scope_id, measure, most FROM rate_limit
    WHERE effective_from <= clock_timestamp() ORDER BY scope, scope_id, measure, effective_from DESC
""")


@dataclass(frozen=True)
class RateLimits:
    """The limits that were set and are in force, by scope, id and measure."""

    set: Mapping[tuple[str, str, str], int | None] = field(default_factory=dict)

    def most(self, scope: str, scope_id: str, measure: str) -> int:
        """Return a party's limit."""
        for whose in (scope_id, EVERYONE):
            most = self.set.get((scope, whose, measure))
            if most is not None:
                return most
        return DEFAULTS[scope, measure]

    def lowest(self, scope: str, measure: str) -> int:
        """Return the lowest limit that holds for anybody."""
        own = [most for (of, _, what), most in self.set.items() if (of, what) == (scope, measure) and most is not None]
        return min([*own, DEFAULTS[scope, measure]])

    def pace(self, scope: str, scope_id: str) -> Pace:
        """Return how fast a party may ask."""
        return Pace(self.most(scope, scope_id, "rate"), self.most(scope, scope_id, "burst"))


async def read_rate_limits(session: AsyncSession) -> RateLimits:
    """Read the limits in force."""
    rows = await session.execute(_IN_FORCE)
    return RateLimits({(row.scope, row.scope_id, row.measure): row.most for row in rows})
