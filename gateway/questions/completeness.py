"""Whether a file of questions leaves none out, held against the whole exported log. Pure but for reading files.

The file alone proves that its questions were put, not that there are no others. The log has every entry: whatever it
records about the enterprise, under the file's checkpoint, within its filter and page, must stand in the file.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from consent.life import EVENTS
from gateway.evidence.check import read_entries
from gateway.evidence.vouched.declaration import Entry
from gateway.questions.check import ProvedQuestions
from gateway.questions.errors import QuestionsProofError

UPSTREAM = frozenset({"upstream-unavailable", "upstream-invalid"})
_ENDED = {"inquiry.answered": "answered", "inquiry.denied": "denied", "inquiry.expired": "failed"}
_ABOUT_NOBODY = frozenset({"inquiry.denied", "consent.requested"})  # what may be recorded without a subject's id
_ONLY_EXPLAINED = "inquiry.explained"  # how a question would be decided: none was put
_MOST_NAMED = 20


@dataclass
class Recorded:
    """A question, or a consent, as the log has it: its entries up to when the file was made, each with its place."""

    placed: list[tuple[int, Entry]] = field(default_factory=list)

    @property
    def first(self) -> Entry:
        """The entry that began it."""
        return self.placed[0][1]

    @property
    def readable(self) -> bool:
        """Whether any of its payloads can be read."""
        return any(entry.payload for _, entry in self.placed)

    def said(self, member: str) -> set[object]:
        """Return what the payloads say of a member; nothing where none of them can be read."""
        payloads = [entry.payload for _, entry in self.placed if entry.payload]
        return {payload[member] for payload in payloads if member in payload}

    def outcome(self) -> set[str]:
        """Return what an outcome that this has is asked for by: its kind and its reason, or where a consent stands."""
        last = self.placed[-1][1]
        if last.type in EVENTS:
            return {str(last.leaf["outcome"])}
        ends = [entry for _, entry in self.placed if entry.type in _ENDED]
        if not ends:
            return {"open"}
        reason = str(ends[0].leaf["outcome"])
        return {"failed" if reason in UPSTREAM else _ENDED[ends[0].type], reason}


@dataclass(frozen=True)
class Compared:
    """How many questions about the enterprise the log has in all, and how many entries could not be told whom about."""

    questions: int
    unread: int


def verify_complete(folder: Path, size: int, proved: ProvedQuestions) -> Compared:
    """Hold a file that was verified against an exported log of `size` entries that was, and that extends the file's.

    Raises QuestionsProofError where the log has a question, or an entry of one or of its consent, that it has not.
    """
    statement, covered = proved.statement, proved.checkpoint.size
    recorded, unread = _collect(enumerate(read_entries(folder, size)), statement)
    listed = {*(one["id"] for one in statement["questions"]), *statement["consents"]}
    missing: list[str] = []
    for exchange, found in recorded.items():
        under = [entry.id for place, entry in found.placed if place < covered]
        if exchange in listed:
            missing += [entry for entry in under if entry not in proved.ids]
        elif under and _is_wanted(exchange, found, statement):
            missing.append(exchange)
    if missing:
        told = ", ".join(missing[:_MOST_NAMED])
        raise QuestionsProofError(f"日志中有 {len(missing)} 项不在文件里 the log has what the file has not: {told}")
    return Compared(len(recorded), unread)


def _collect(entries: Iterable[tuple[int, Entry]], statement: Mapping[str, Any]) -> tuple[dict[str, Recorded], int]:
    about, made = statement["about"], datetime.fromisoformat(statement["asked_at"])
    recorded: dict[str, Recorded] = {}
    unread = 0
    for place, entry in entries:
        exchange = _exchange(entry)
        if exchange is None or _time(entry) > made:
            continue
        if entry.payload is None and entry.leaf.get("subject") is None and entry.type in _ABOUT_NOBODY:
            unread += 1
        if exchange in recorded or _is_about(entry, about):
            recorded.setdefault(exchange, Recorded()).placed.append((place, entry))
    return recorded, unread


def _exchange(entry: Entry) -> str | None:
    """Return the inquiry or consent that an entry belongs to, None where it belongs to neither."""
    if entry.type == "usage.reported":
        return str(entry.payload["inquiry"]) if entry.payload else None
    if entry.type in EVENTS or (entry.type.startswith("inquiry.") and entry.type != _ONLY_EXPLAINED):
        return str(entry.leaf.get("exch"))
    return None


def _is_about(entry: Entry, about: Mapping[str, Any]) -> bool:
    if entry.payload and entry.payload.get("subject") in about["codes"]:
        return True
    return about["subject"] is not None and entry.leaf.get("subject") == about["subject"]


def _is_wanted(exchange: str, found: Recorded, statement: Mapping[str, Any]) -> bool:
    """Tell whether a question is one that the file's filter and page ask for, as far as its entries can tell."""
    wanted, first = statement["filter"], found.first
    account = first.leaf["actor"] if first.type == "consent.requested" else first.leaf.get("account")
    since, until = (datetime.fromisoformat(wanted[name]) if name in wanted else None for name in ("since", "until"))
    told: dict[str, set[Any]] = {
        "institution": {first.leaf.get("institution"), *found.said("intermediary")},
        "account": {account},
        "person": found.said("person") or {None if found.readable else wanted.get("person")},
        "purpose": found.said("purpose") or {wanted.get("purpose")},  # one that cannot be read may be what is wanted
        "outcome": found.outcome(),
    }
    return (
        ("after" not in wanted or exchange > wanted["after"])
        and (statement["next"] is None or exchange <= statement["next"])
        and (since is None or _time(first) >= since)
        and (until is None or _time(first) < until)
        and all(wanted[name] in values for name, values in told.items() if name in wanted)
    )


def _time(entry: Entry) -> datetime:
    return datetime.fromisoformat(str(entry.leaf["ts"]))
