"""The public keys that verify what this instance signs, each under its purpose."""

from typing import Any

from audit.note import public_bytes, verifier_key
from gateway.runtime.work import UnitsOfWork
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(tags=["运行 Operation"])


@router.head("/.well-known/xinqiao-keys", include_in_schema=False)
@router.get("/.well-known/xinqiao-keys", summary="公钥 Public keys")
async def keys(units: Units) -> dict[str, Any]:
    """Return JWKs by purpose, and the audit log's verifier key (C2SP signed-note)."""
    return public_keys(units)


def public_keys(units: UnitsOfWork) -> dict[str, Any]:
    """Return what the route and `xinqiao keys show` both say."""
    purposes = ("batch", "consent", "answer", "delivery")
    audit = verifier_key(units.recorder.origin, public_bytes(units.keys.audit_key()))
    return {"issuer": units.issuer, **{purpose: units.keys.public(purpose) for purpose in purposes}, "audit": audit}
