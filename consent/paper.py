"""An approval that was signed on paper: what the instance signs of it, for two officers who saw the paper. Pure.

It holds the text that stood on the paper, the digest of the scan, and who entered it and who checked it against the
scan. Who signed is named by a hash, which tells one human being from another and says nothing else of them.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from consent.manner import CHANNELS, PAPER_TYPE
from consent.statements import approval_claims
from signing.canonical import sha256_hex
from signing.jws import sign_jws
from signing.keys import SigningKey

METHOD = "paper"
_SIGNER = "paper:"


@dataclass(frozen=True)
class PaperApproval:
    """Who signed, as approvals name them, and when; the scan; the text of the paper; the two officers, as events name
    them.
    """

    by: str
    signed_on: date
    scan_sha256: str
    entered_by: str
    checked_by: str
    language: str
    statement: str


def signer_of(holder: str) -> str:
    """Return how approvals name somebody who signed on paper, by the hash that names them."""
    return f"{_SIGNER}{holder}"


def sign_paper_approval(consent_id: UUID, digest: str, made: PaperApproval, at: datetime, key: SigningKey) -> str:
    """Sign an approval on paper over these terms with the instance's key."""
    claims = {
        **approval_claims(consent_id, digest, "approve"), **vars(made), "signed_on": made.signed_on.isoformat(),
        "channel": CHANNELS[PAPER_TYPE], "statement_sha256": sha256_hex(made.statement.encode()),
        "at": at.isoformat(),
    }  # fmt: skip
    return sign_jws(claims, key, PAPER_TYPE)
