"""What a file of consents says, row by row: a request with its scan, or terms with the approvals that were signed.

Reading decides nothing: each row is as it stands in the file, or what keeps it from being read.
"""

from dataclasses import dataclass, field
from uuid import UUID

from gateway.consents.drafting import ConsentRequest
from gateway.consents.files import File


@dataclass(frozen=True)
class ScannedRow:
    """A request and the scan of what was signed on paper."""

    number: int
    subject: str
    request: ConsentRequest
    scan: File


@dataclass(frozen=True)
class SignedRow:
    """Terms, as they were signed, and the signatories' approvals."""

    number: int
    subject: str
    terms: bytes
    approvals: tuple[str, ...]


@dataclass(frozen=True)
class WrongRow:
    """A row that cannot be read: a reason of the error table, and what is wrong with it in both languages."""

    number: int
    subject: str
    reason: str
    detail: str


Row = ScannedRow | SignedRow | WrongRow


@dataclass(frozen=True)
class ConsentFileRead:
    """A file: which kind it is, its digest, its rows in their order."""

    kind: str
    digest: bytes
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class Made:
    """What became of a row."""

    outcome: str
    consent_id: UUID | None = None
    detail: str | None = None
