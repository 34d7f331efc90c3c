"""The master secret of personal data: made once, kept in the database sealed under the KEK."""

import os

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.personal.sealing import MASTER_BYTES, Protector
from signing.sealing import seal, unseal

_FIND = text("SELECT sealed FROM personal_master WHERE master_id = 1")
_ADD = text("INSERT INTO personal_master (master_id, sealed) VALUES (1, :sealed) ON CONFLICT DO NOTHING")
_CONTEXT = b"personal-master/v1"


async def load_protector(session: AsyncSession, kek: bytes) -> Protector:
    """Return the protector, its secret made on first use; two makers at once end up with the same one."""
    sealed = (await session.execute(_FIND)).scalar_one_or_none()
    if sealed is None:
        await session.execute(_ADD, {"sealed": seal(kek, os.urandom(MASTER_BYTES), _CONTEXT)})
        sealed = (await session.execute(_FIND)).scalar_one()
    return Protector(unseal(kek, sealed, _CONTEXT))
