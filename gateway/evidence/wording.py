"""How pages for auditors say what the log holds: who acted, how it ended, where it happened, about whom."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.store.subject_names import open_names
from gateway.console.reasons import clause
from gateway.console.texts import MissingTextError
from gateway.console.words import NOTHING, Words
from gateway.web.error_table import ERRORS

Tone = Literal["", "ok", "warn", "bad", "quiet", "info"]
PERSON, MACHINE = "person:", "operator-cli:"
_INSTITUTIONS = text("SELECT institution_id, name FROM institution WHERE institution_id = ANY(:ids)")
_PEOPLE = text("SELECT person_id, name FROM person WHERE person_id = ANY(:ids)")
_MEANT = text("""
    SELECT (SELECT min(institution_id) FROM institution WHERE institution_id = :said OR name = :said) AS institution,
        (SELECT min(person_id) FROM person WHERE person_id = :said OR name = :said) AS person
""")


@dataclass(frozen=True)
class Names:
    """Names of institutions and people by their ids, of enterprises by their codes; what is not known keeps its id."""

    words: Words
    institutions: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    enterprises: Mapping[str, str] = field(default_factory=dict)

    def institution(self, institution: str | None) -> str:
        """Return an institution's name."""
        return NOTHING if institution is None else self.institutions.get(institution, institution)

    def enterprise(self, uscc: str) -> str:
        """Return an enterprise's name, or its code; of what was typed and is no code only that."""
        return self.words("audit-no-code") if ":" in uscc else self.enterprises.get(uscc, uscc)

    def actor(self, actor: str) -> str:
        """Return who acted: a person's name, the machine, the program, or a client's own id."""
        if actor.startswith(PERSON):
            return self.people.get(actor.removeprefix(PERSON), actor.removeprefix(PERSON))
        if actor.startswith(MACHINE):
            return self.words("audit-at-machine", who=actor.removeprefix(MACHINE))
        known = {"worker": "audit-by-program", "anyone": "audit-by-anyone"}
        return self.words(known[actor]) if actor in known else actor


async def find_names(
    session: AsyncSession,
    words: Words,
    *,
    institutions: Iterable[str | None] = (),
    actors: Iterable[str] = (),
    codes: Iterable[str] = (),
) -> Names:
    """Return the names of these institutions, actors and enterprises."""
    ids = sorted({one for one in institutions if one})
    people = sorted({one.removeprefix(PERSON) for one in actors if one.startswith(PERSON)})
    return Names(
        words,
        {row.institution_id: row.name for row in await session.execute(_INSTITUTIONS, {"ids": ids})} if ids else {},
        {row.person_id: row.name for row in await session.execute(_PEOPLE, {"ids": people})} if people else {},
        await open_names(session, set(codes)),
    )


async def institution_meant(session: AsyncSession, said: str) -> str:
    """Return the id of the institution that bears this id or name; what was said where none does."""
    return (await session.execute(_MEANT, {"said": said})).one().institution or said


async def actor_meant(session: AsyncSession, said: str) -> str:
    """Return how the log names the person who bears this user name or name; what was said where none does."""
    person = (await session.execute(_MEANT, {"said": said})).one().person
    return f"{PERSON}{person}" if person else said


def reason_in_words(words: Words, reason: str) -> str:
    """Return why something was denied, as one clause."""
    if reason in _OWN_WORDS:
        return words(_OWN_WORDS[reason])
    return clause(words, reason) or outcome_in_words(words, reason)[0]


def asked_in_words(words: Words, kind: str, code: str) -> str:
    """Return a "product", or a "purpose", by its name; what was named and there is not keeps its code."""
    try:
        return words(f"product-{code}" if kind == "product" else f"asked-{kind}-{code}")
    except MissingTextError:
        return code


def outcome_in_words(words: Words, outcome: str | None, kind: str = "") -> tuple[str, Tone]:
    """Return how an event of a kind ended, and its tone: a reason of denial is bad, what was done is good or plain.

    What came of an answer is called as the institutions' own pages call it.
    """
    if outcome is None:
        return NOTHING, ""
    if outcome in ERRORS:
        return reason_in_words(words, outcome), "bad"
    try:
        said = words(f"usage-{outcome}" if kind == USAGE else f"outcome-{outcome}")
        return said, _TONES.get(outcome, "quiet")
    except MissingTextError:
        return NOTHING, ""


def outcome_meant(words: Words, said: str) -> str:
    """Return the outcome that somebody means by its own name or by its words."""
    wanted = said.rstrip("。.").casefold()
    for reason, row in ERRORS.items():
        if wanted in {row.title_zh.rstrip("。"), row.title_en.rstrip(".").casefold()}:
            return reason
    known = {words(f"outcome-{one}").casefold(): one for one in reversed(OUTCOMES)}
    known |= {words(f"usage-{one}").casefold(): one for one in USED if words(f"usage-{one}").casefold() not in known}
    return known.get(wanted, said)


USAGE, USED = "usage.reported", ("granted", "refused")  # how an institution reports what it did with an answer
_OWN_WORDS = {"invalid-subject": "audit-no-code"}  # the table's sentence names a member of the interface
_TONES: Mapping[str, Tone] = {
    "answered": "ok", "granted": "ok", "approved": "ok", "denied": "bad", "refused": "bad", "failed": "bad",
    "expired": "warn", "suspended": "warn", "revoked": "warn", "differs": "bad", "different": "bad", "equal": "ok",
    "stopped": "bad", "held": "warn", "open": "info",
}  # fmt: skip
OUTCOMES = (
    "accepted", "active", "admitted", "allowed", "answered", "appended", "approved", "asked", "begun", "bound",
    "changed", "checked", "closed", "compacted", "denied", "different", "differs", "discarded", "done", "dropped",
    "ended", "equal", "erased", "everywhere", "expired", "exported", "expunged", "failed", "finished", "found",
    "granted", "held", "initialised", "invited", "lapsed", "lifted", "next", "not-replayable", "open", "opened",
    "paused", "pending", "proved", "read", "rebuilt", "received", "refused", "rejected", "removed", "renewed",
    "replayed", "requested", "required", "reset", "resolved", "restored", "retired", "retiring", "returned",
    "revoked", "saved", "sealed", "set", "started", "stopped", "stored", "suspended", "used", "waiting",
)  # fmt: skip
