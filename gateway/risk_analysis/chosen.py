"""What of the risk watch is looked at: the days, a type of risk, a division, a section of industry; as SQL.

Every query names risk_standing r or disposal_case r, subject s and subject_score c (gateway/risk/judged.py).
"""

from dataclasses import dataclass
from typing import Any

from gateway.risk.judged import DIVISION, PLACED, SECTION
from gateway.risk_analysis.period import Period
from scoring_adapter.industries import UNPLACED, load_industries

NOWHERE = "-"  # what a group without a division or a section is called
STOOD = f"""
    FROM risk_standing r JOIN subject s ON s.number = r.subject {PLACED}
    WHERE r.holds_from < :after AND (r.holds_to IS NULL OR r.holds_to > :first)
"""
OPENED = f"""
    FROM disposal_case r JOIN subject s ON s.number = r.subject {PLACED}
    WHERE r.opened_at >= :begins AND r.opened_at < :ends
"""
CHOSEN = f"""
    AND (CAST(:type AS text) IS NULL OR r.type = :type)
    AND (CAST(:division AS text) IS NULL OR {DIVISION} = :division)
    AND (CAST(:section AS integer) IS NULL OR {SECTION} = :section)
"""


@dataclass(frozen=True)
class Chosen:
    """The days, and of which type, division (its code, or NOWHERE) and section (its letter, or NOWHERE) where named."""

    period: Period
    type: str | None = None
    division: str | None = None
    section: str | None = None

    @property
    def values(self) -> dict[str, Any]:
        """What the conditions are given."""
        begins, ends = self.period.moments
        return {
            "first": self.period.first, "after": self.period.after, "begins": begins, "ends": ends, "type": self.type,
            "division": "" if self.division == NOWHERE else self.division,
            "section": None if self.section is None else section_number(self.section),
        }  # fmt: skip


def section_number(section: str) -> int:
    """Return a section's place from 1; UNPLACED for none, -1 for a letter that there is not."""
    letters = [one.id for one in load_industries().sections]
    return UNPLACED if section == NOWHERE else letters.index(section) + 1 if section in letters else -1


def section_letter(number: int) -> str:
    """Return a section's letter by its place from 1; NOWHERE for none."""
    return NOWHERE if number == UNPLACED else load_industries().sections[number - 1].id
