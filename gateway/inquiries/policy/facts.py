"""What an inquiry is judged by: all of it, as it stood at one moment. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from connectors.store.subjects import Subject
from consent.choice import choose
from consent.decision import NO_RULES, REQUIRED, Consent, Denied, Rules
from gateway.inquiries.bases.basis import DUTY_REQUIRED, PUBLIC, Basis, Duty, decide_on_duty, narrowed
from gateway.inquiries.obligations import Owed
from gateway.inquiries.request import InquiryRequest
from gateway.providers.registered import Registered
from gateway.quota.books import Room


@dataclass(frozen=True)
class Standing:
    """How whoever asks stands: why the account is stopped (None: it is not), and whether it may have this product, the
    intermediary is active and has a delegation, the person is active, and a form may be sent with this account.
    `exit_via` is the institution through which alone its questions come, None where it may ask by itself;
    `government` tells that it is a government body.
    """

    stopped: str | None
    entitled: bool
    intermediary: bool
    person: bool
    for_people: bool
    delegation: bool = True
    exit_via: str | None = None
    government: bool = False


@dataclass(frozen=True)
class Facts:
    """One question and what was read about it, by the database's clock at `now`, after the last lock.

    `standing` is None where no such account stands, `subject` where nobody of that code is known. `consents` are those
    that the question names or could rest on, oldest first; `rooms` what the quota leaves, before this question is
    charged, and `units` what it costs; `owed` what the institution owes for longest, None where it owes nothing. `kept`
    tells that the life of its data has not ended, where an answer was given before. `again` tells that its answer was
    given before and costs nothing now; `rules` what decides beside each consent; `duty` is the institution's own one
    that the question names, None where it has no such duty. `providers` are those that are registered, where it names
    one beside the embedded card.
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
    duty: Duty | None = None
    providers: Mapping[str, Registered] = field(default_factory=dict)

    @cached_property
    def basis(self) -> Basis | Denied:
        """What the question may be answered on, or why nothing permits it. Public data take no basis besides; whoever
        names a duty asks on that alone; a government body without either is told that it needs a duty.
        """
        request = self.request
        if request.is_public:
            return PUBLIC
        if request.duty is not None:
            wish = request.wish()
            wish = narrowed(self.duty, wish)[0] if self.duty and request.extent.narrow else wish
            return decide_on_duty(self.duty, request.purpose, wish, self.now)
        chosen = choose(self.consents, request.ask(again=self.again), self.now, self.rules)
        government = self.standing is not None and self.standing.government
        return DUTY_REQUIRED if chosen == REQUIRED and government else chosen

    def with_rooms(self, rooms: Sequence[Room], units: int) -> "Facts":
        """Return the facts with other rooms and another cost; what the question may be answered on does not depend on
        them.
        """
        made = replace(self, rooms=rooms, units=units)
        made.__dict__["basis"] = self.basis
        return made
