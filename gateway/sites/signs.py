"""What stands of platforms, as the risk watch reads it of their firms: how many of an enterprise's sites each."""

from dataclasses import dataclass

import numpy as np
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from risk_monitor.baselines import Numbers

_STANDING = text("""
    SELECT f.subject, count(DISTINCT f.site) FILTER (WHERE g.kind = 'spike') AS spikes,
           count(DISTINCT f.site) FILTER (WHERE g.kind <> 'spike') AS silences
    FROM site_finding g JOIN site_firm f USING (site)
    WHERE g.ended IS NULL AND f.subject IS NOT NULL GROUP BY f.subject
""")
_JUDGED = text("SELECT EXISTS (SELECT FROM site_day)")
SPIKE, SILENCE = "site_spike", "site_silence"  # the measures, as signs of the watch name them


@dataclass(frozen=True)
class SiteSigns:
    """Enterprises by their numbers, rising, with how many of their sites stand out; `known` once a day was judged."""

    known: bool
    subjects: Numbers
    counts: dict[str, Numbers]

    def of(self, subjects: Numbers) -> dict[str, Numbers]:
        """Return the measures of these enterprises, 0 where nothing stands out."""
        if not len(self.subjects):
            return {name: np.zeros(len(subjects), np.int64) for name in self.counts}
        at = np.minimum(np.searchsorted(self.subjects, subjects), len(self.subjects) - 1)
        there = self.subjects[at] == subjects
        return {name: np.where(there, counts[at], 0) for name, counts in self.counts.items()}


async def load_signs(session: AsyncSession) -> SiteSigns:
    """Return what stands now: one statement, whatever the number of enterprises."""
    known = bool((await session.execute(_JUDGED)).scalar_one())
    rows = sorted(tuple(row) for row in await session.execute(_STANDING))
    subjects, spikes, silences = (np.array([row[at] for row in rows], np.int64) for at in range(3))
    return SiteSigns(known, subjects, {SPIKE: spikes, SILENCE: silences})
