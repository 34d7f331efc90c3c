"""A form that does something is taken once: sent again, by a double click or a reload, it does nothing more."""

import hashlib
from datetime import timedelta

from sqlalchemy import text

from gateway.people.sessions import LIFE_HOURS
from gateway.runtime.database import rowcount
from gateway.runtime.work import UnitOfWork

_CLAIM = text("INSERT INTO once (key, expires_at) VALUES (:key, :until) ON CONFLICT DO NOTHING")


async def is_first_time(work: UnitOfWork, token: str) -> bool:
    """Tell whether the acting person sends the form with this token for the first time.

    Whoever sends it at the same time waits for this transaction. No form is good for longer than a session.
    """
    key = hashlib.sha256(f"form:{work.actor.name}:{token}".encode("utf-8", "replace")).digest()
    until = work.now + timedelta(hours=LIFE_HOURS)
    return rowcount(await work.session.execute(_CLAIM, {"key": key, "until": until})) == 1
