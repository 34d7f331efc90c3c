"""A credential that somebody showed an institution: what it says, and whether it holds, by the platform's own keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork
from gateway.sharing.issuing import SHOWABLE, type_of
from gateway.sharing.tables import SharedCredential
from signing.errors import SignatureError
from signing.selective import read_shown

# Why one does not hold; the first that is so is told.
FAULTS = ("not-ours", "not-for-you", "not-bound", "ended", "taken-back")


@dataclass(frozen=True)
class Looked:
    """What a credential says, as far as it is ours, and why it does not hold: "" where it does.

    `signed_at` and `nonce` are those of the holder's own signature, where it is bound to a key of theirs.
    """

    fault: str
    claims: Mapping[str, Any]
    signed_at: datetime | None = None
    nonce: str = ""

    @property
    def members(self) -> dict[str, Any]:
        """What is shown of the score."""
        return {name: self.claims[name] for name in SHOWABLE if name in self.claims}


async def look_at(work: UnitOfWork, shown: str, *, offered: bool) -> Looked:
    """Return what a pasted credential says to the acting person's institution, and whether it holds now.

    One that was given at the console holds with the institution that it names; one that is bound to its holder's key
    holds where the holder signed it for this institution (`aud`). Raises DeniedError where none are offered.
    """
    if not offered:
        raise DeniedError("sharing-not-offered")
    institution = work.actor.institution_id
    if institution is None:
        raise DeniedError("insufficient-scope", "由机构的人查看。For people of institutions.")
    now, text = await database_now(work.session), "".join(shown.split())
    try:
        found = read_shown(text, work.keys.publics("answer"))
    except SignatureError:
        return Looked("not-ours", {})
    claims, binding = found.claims, found.binding
    signed_at = datetime.fromtimestamp(binding["iat"], UTC) if binding else None
    looked = Looked("", claims, signed_at, str(binding.get("nonce", "")) if binding else "")
    meant = binding["aud"] if binding else claims.get("aud")
    faults = {
        "not-ours": claims.get("iss") != work.issuer or claims.get("vct") != type_of(work.issuer),
        "not-for-you": meant not in {institution, f"{work.issuer}/institutions/{institution}"},
        "not-bound": "cnf" in claims and not binding,
        "ended": claims["exp"] <= now.timestamp(),
        "taken-back": await _is_taken_back(work, claims.get("jti")),
    }
    return Looked(next((one for one in FAULTS if faults[one]), ""), looked.claims, looked.signed_at, looked.nonce)


async def _is_taken_back(work: UnitOfWork, credential: str | None) -> bool:
    if credential is None:
        return False
    row = await work.session.get(SharedCredential, UUID(credential))
    return row is None or row.taken_back_at is not None
