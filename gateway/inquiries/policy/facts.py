"""What an inquiry is judged by: all of it, as it stood at one moment. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from connectors.store.subjects import Subject
from consent.choice import choose
from consent.decision import NO_RULES, Consent, Denied, Rules
from gateway.inquiries.obligations import Owed
from gateway.inquiries.request import InquiryRequest
from gateway.quota.books import Room


@dataclass(frozen=True)
class Standing:
    """How whoever asks stands: why the account is stopped (None: it is not), and whether it may have this product, the
    intermediary is active and has a delegation, the person is active, and a form may be sent with this account.
    `exit_via` is the institution through which alone its questions come, None where it may ask by itself.
    """

    stopped: str | None
    entitled: bool
    intermediary: bool
    person: bool
    for_people: bool
    delegation: bool = True
    exit_via: str | None = None


@dataclass(frozen=True)
class Facts:
    """One question and what was read about it, by the database's clock at `now`, after the last lock.

    `standing` is None where no such account stands, `subject` where nobody of that code is known. `consents` are those
    that the question names or could rest on, oldest first; `rooms` what the quota leaves, before this question is
    charged, and `units` what it costs; `owed` what the institution owes for longest, None where it owes nothing. `kept`
    tells that the life of its data has not ended, where an answer was given before. `again` tells that its answer was
    given before and costs nothing now; `rules` what decides beside each consent.
    """

    request: InquiryRequest
    now: datetime
    standing: Standing | None
    subject: Subject | None
    consents: Sequence[Consent]
    rooms: Sequence[Room]
    units: int
    owed: Owed | None = None
    again: bool = False
    kept: bool = True
    rules: Rules = NO_RULES

    @cached_property
    def consent(self) -> Consent | Denied:
        """The consent that permits the question, or why none does."""
        return choose(self.consents, self.request.ask(again=self.again), self.now, self.rules)

    def with_rooms(self, rooms: Sequence[Room], units: int) -> "Facts":
        """Return the facts with other rooms and another cost; which consent permits the question does not depend on
        them.
        """
        made = replace(self, rooms=rooms, units=units)
        made.__dict__["consent"] = self.consent
        return made
