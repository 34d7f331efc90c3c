"""The calls of an enterprise's signatory: what it is asked to permit, who asked about it, what is held about it."""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from xinqiao_client.client import Xinqiao
from xinqiao_client.keys import sign

_TIMES = ("valid_from", "valid_until")
APPROVAL_TYPE = "xinqiao-consent-approval+jws"


class TermsDifferError(ValueError):
    """What is shown of a consent is not what would be signed: nothing was signed."""


class Enterprise(Xinqiao):
    """A signatory of one enterprise, with the key that signs its approvals; every call is about that enterprise."""

    def consents(self, *, status: str | None = None, institution: str | None = None) -> Iterator[dict[str, Any]]:
        """Yield the enterprise's consents, oldest first: those of a status (`requested`: what waits), or of a bank."""
        return self._pages("/v1/consents", "consents", status=status, institution=institution)

    def consent(self, consent: str) -> dict[str, Any]:
        """Return a consent: `in_words` says line by line what it permits, `terms` is what is signed."""
        return self._call("GET", f"/v1/consents/{consent}")

    def approve(self, consent: str | dict[str, Any]) -> dict[str, Any]:
        """Permit what is asked, signed with the key; of a consent that was shown before, exactly that.

        Raises TermsDifferError where what is shown is not what would be signed.
        """
        return self._decide(consent, "approve", None)

    def reject(self, consent: str | dict[str, Any], *, reason: str | None = None) -> dict[str, Any]:
        """Refuse what is asked, signed with the key; the institution reads the reason. Raises TermsDifferError."""
        return self._decide(consent, "reject", reason)

    def pause(self, consent: str, *, reason: str | None = None) -> dict[str, Any]:
        """Let nobody use a consent until it is resumed."""
        return self._change(consent, "pause", reason)

    def resume(self, consent: str) -> dict[str, Any]:
        """Let a paused consent be used again."""
        return self._change(consent, "resume", None)

    def revoke(self, consent: str, *, reason: str | None = None) -> dict[str, Any]:
        """End a consent at once and for good; the institution reads the reason."""
        return self._change(consent, "revoke", reason)

    def questions(self, *, institution: str | None = None, outcome: str | None = None) -> Iterator[dict[str, Any]]:
        """Yield who asked about the enterprise or for its consent, oldest first; denied questions too.

        `outcome`: inquiries that were `answered` or `denied`, that `failed`, or are `open`.
        """
        return self._pages("/v1/questions", "questions", institution=institution, outcome=outcome)

    def records(self, *, dataset: str | None = None, hidden: bool = False) -> Iterator[dict[str, Any]]:
        """Yield what is held about the enterprise, by dataset; `hidden`: also what is not shown any more."""
        return self._pages("/v1/records", "records", dataset=dataset, hidden="true" if hidden else None)

    def object_to(self, record: str, *, reason: str, document: str | None = None) -> dict[str, Any]:
        """Say that a record is wrong; the agency it came from decides. `document`: what the objection rests on."""
        told = {"reason": reason} | ({} if document is None else {"document": document})
        return self._call("POST", f"/v1/records/{record}/objections", json=told)

    def objections(self, *, state: str | None = None) -> Iterator[dict[str, Any]]:
        """Yield objections, oldest first: `open`, `upheld`, `rejected`, `withdrawn`, `repaired`, `superseded`."""
        return self._pages("/v1/objections", "objections", state=state)

    def credential(self) -> dict[str, Any]:
        """Return a `credential` of the enterprise's newest score, to `present` parts of to whom it likes.

        It is bound to this client's key, and holds for seven days.
        """
        return self._call("POST", "/v1/credentials")

    def _decide(self, consent: str | dict[str, Any], decision: str, reason: str | None) -> dict[str, Any]:
        shown = self.consent(consent) if isinstance(consent, str) else consent
        header = {"kid": self._key.kid or self._key.thumbprint(), "typ": APPROVAL_TYPE}
        claims = {
            "consent_id": shown["consent"], "terms_sha256": digest_of_terms(shown), "decision": decision,
        }  # fmt: skip
        return self._change(shown["consent"], decision, reason, approval=sign(header, claims, self._key))

    def _change(self, consent: str, action: str, reason: str | None, **more: str) -> dict[str, Any]:
        told = {**more, **({} if reason is None else {"reason": reason})}
        return self._call("POST", f"/v1/consents/{consent}/{action}", json=told)

    def _pages(self, path: str, name: str, **filters: str | None) -> Iterator[dict[str, Any]]:
        """Yield the members of all pages; the next page is asked for when the last member was taken."""
        given: dict[str, str] = {key: value for key, value in filters.items() if value is not None}
        while True:
            page = self._call("GET", path, params=given)
            yield from page[name]
            if not page["next"]:
                return
            given["after"] = page["next"]


def digest_of_terms(shown: dict[str, Any]) -> str:
    """Return what is signed of a consent that was shown: the digest of its terms.

    Raises TermsDifferError where the members beside the terms say anything else than the terms do.
    """
    terms, digest = json.loads(shown["terms"]), hashlib.sha256(shown["terms"].encode()).hexdigest()
    grantor, grantee = terms["grantor"], terms["grantee"]
    signed = {
        "consent": terms["consent_id"], "subject": grantor if isinstance(grantor, str) else grantor["subject_id"],
        "institution": grantee["institution"], "accounts": grantee["accounts"], "products": terms["products"],
        "purpose": terms["purpose"]["code"], "max_uses": terms["max_uses"], "terms_sha256": digest,
    }  # fmt: skip
    times = [(datetime.fromisoformat(terms[name]), datetime.fromisoformat(shown[name])) for name in _TIMES]
    if any(shown[name] != value for name, value in signed.items()) or any(one != other for one, other in times):
        raise TermsDifferError(
            "所示条款与待签条款不一致，未签 The terms shown are not those to be signed: nothing was."
        )
    return digest
