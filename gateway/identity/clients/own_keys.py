"""One public key belongs to one client, for good: two that share one could not be told apart, and a key that was
retired because it leaked must not come back under another name.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, take
from gateway.runtime.work import UnitOfWork
from signing.canonical import canonical_digest

_MATERIAL = ("kty", "crv", "x", "y", "n", "e")
_HOLDER = text("""
    SELECT client_id FROM client_key
    WHERE md5(coalesce(public ->> 'x', public ->> 'n')) = md5(:point) AND public @> CAST(:material AS jsonb)
    ORDER BY created_at LIMIT 1
""").bindparams(bindparam("material", type_=JSONB))


async def check_unused(work: UnitOfWork, public: Mapping[str, Any]) -> None:
    """Pass where no client has, or had, this public key; another that registers it meanwhile is waited for.

    `public` is as read_public_key returns it: of one key there is one spelling. Raises DeniedError.
    """
    material = {name: public[name] for name in _MATERIAL if name in public}
    await take(work.session, Lock.NEW_ID, f"key {canonical_digest(material)}")
    values = {"point": public.get("x") or public["n"], "material": material}
    holder = (await work.session.execute(_HOLDER, values)).scalar_one_or_none()
    if holder is not None:
        raise DeniedError(
            "change-refused",
            f"此公钥已登记给 {holder}，一把公钥只属于一个客户端，请另生成一把 "
            f"this public key was registered before, for {holder}: every client has keys of its own, make a new one",
        )
