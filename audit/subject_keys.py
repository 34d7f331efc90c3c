"""The keys that payloads are sealed under: one per subject, wrapped by the KEK, made on first use."""

import os
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from audit.errors import AuditError
from signing.sealing import seal, unseal

NO_SUBJECT = "-"  # payloads about no subject share a key
KEY_BYTES = 32
_FIND = text("SELECT subject_ref, key_id, wrapped_key FROM audit_dek WHERE subject_ref = ANY(:refs)")
_ADD = text("""
    INSERT INTO audit_dek (key_id, subject_ref, wrapped_key) VALUES (:key, :ref, :wrapped)
    ON CONFLICT (subject_ref) DO NOTHING
""")
Key = tuple[UUID, bytes]  # its id, and itself


class SubjectKeys:
    """Keys by subject. The key for payloads without a subject is remembered; a subject's own is forgotten after use."""

    def __init__(self, kek: bytes) -> None:
        self._kek = kek
        self._shared: Key | None = None

    async def get(self, session: AsyncSession, refs: set[str]) -> dict[str, Key]:
        """Return live keys by subject. Raises AuditError where one was destroyed.

        A remembered key may have been destroyed since: the statement that writes with it checks this.
        """
        if self._shared and refs == {NO_SUBJECT}:
            return {NO_SUBJECT: self._shared}
        keys = await self._find(session, refs)
        for ref in sorted(refs - set(keys)):  # if two processes make it at once, both end with the same key
            key_id = uuid7()
            wrapped = seal(self._kek, os.urandom(KEY_BYTES), key_id.bytes)
            await session.execute(_ADD, {"key": key_id, "ref": ref, "wrapped": wrapped})
        if refs - set(keys):
            keys = await self._find(session, refs)
        self._shared = keys.get(NO_SUBJECT, self._shared)
        return keys

    def forget(self) -> None:
        """Forget the remembered key, so that the next one is read from the database."""
        self._shared = None

    async def is_live(self, session: AsyncSession, ref: str) -> bool:
        """Tell whether a subject's key was not destroyed; it need not be there yet."""
        return all(row.wrapped_key is not None for row in await session.execute(_FIND, {"refs": [ref]}))

    async def _find(self, session: AsyncSession, refs: set[str]) -> dict[str, Key]:
        found = (await session.execute(_FIND, {"refs": list(refs)})).all()
        if any(row.wrapped_key is None for row in found):
            raise AuditError(
                "此主体的密钥已销毁，不能再记录 this subject's key was destroyed: nothing more can be recorded under it"
            )
        return {row.subject_ref: (row.key_id, unseal(self._kek, row.wrapped_key, row.key_id.bytes)) for row in found}
