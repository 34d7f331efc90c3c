"""What is gathered for a consent while it lives, carried on from version to version: approvals, persons' own consents,
files. Pure.

It is kept as canonical text, whose digest the receipt of every version signs.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from consent.parts import Approval
from signing.canonical import canonical_bytes


@dataclass(frozen=True)
class PersonConsent:
    """A person's own consent to what is told of them: the statement they signed."""

    person: str
    statement: str


@dataclass(frozen=True)
class EvidenceFile:
    """A file that proves something: what it is, its digest and size, and the digest of its bytes as they are stored."""

    kind: str
    sha256: str
    size: int
    media_type: str
    sealed_sha256: str
    captured_by: str
    captured_at: datetime


@dataclass(frozen=True)
class Gathered:
    """Approvals so far, persons who have consented, files."""

    approvals: tuple[Approval, ...] = ()
    persons: tuple[PersonConsent, ...] = ()
    files: tuple[EvidenceFile, ...] = ()

    def text(self) -> str | None:
        """Return it as it is stored and signed; None where nothing has been gathered."""
        if not (self.approvals or self.persons or self.files):
            return None
        listed = {name: [_plain(asdict(one)) for one in found] for name, found in vars(self).items()}
        return canonical_bytes(listed).decode()


def read_gathered(text: str | None) -> Gathered:
    """Read it back."""
    if text is None:
        return Gathered()
    members = json.loads(text)
    return Gathered(
        tuple(Approval(**_times(one, "at", "mandate_until")) for one in members["approvals"]),
        tuple(PersonConsent(**one) for one in members["persons"]),
        tuple(EvidenceFile(**_times(one, "captured_at")) for one in members["files"]),
    )


def _plain(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in members.items()}


def _times(members: dict[str, Any], *names: str) -> dict[str, Any]:
    return {
        name: datetime.fromisoformat(value) if name in names and value else value for name, value in members.items()
    }
