"""Advisory locks: one number per thing that one process does at a time, all of them named here.

Those of the packages below are named there (audit/sequencer.py, connectors/store/); a test holds all apart.
"""

from collections.abc import Collection
from enum import IntEnum, unique

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_TAKE = text("SELECT pg_advisory_xact_lock(:lock, hashtext(:what))")
_TRY = text("SELECT pg_try_advisory_xact_lock(:lock, hashtext(:what))")
# In the order of what they lock: two who want some of the same ones wait for each other in one direction.
_ALL = """
    SELECT name, {take}(:lock, hash) AS free
    FROM (SELECT name, hashtext(name) AS hash FROM unnest(CAST(:names AS text[])) AS n (name) ORDER BY hash) AS m
"""
_TAKE_ALL = text(_ALL.format(take="pg_advisory_xact_lock"))
_TRY_ALL = text(_ALL.format(take="pg_try_advisory_xact_lock"))


@unique
class Lock(IntEnum):
    """What is locked; `what` tells which one of its kind."""

    INITIALISATION = 7201
    KEY_ROTATION = 7202
    USAGE_RESULT = 7203  # of one inquiry
    UPLOAD = 7204  # of one client
    HELD_SUBMISSION = 7205  # of one sender's batch id
    ALERTS = 7207
    RETENTION = 7208
    NEW_ID = 7209  # of one id that something is registered under, whoever asks for it
    FSCK = 7210
    RESOLUTION = 7211
    STOP = 7212
    MATCHING = 7215  # whoever makes proposals, or decides on one
    OBJECTIONS = 7213  # of one enterprise
    SAVED_VIEWS = 7214  # of one person
    SIGNATORIES = 7221  # of one enterprise
    TEMPLATES = 7223
    COLUMNS = 7222  # the column store: one process writes it
    PREVIEW = 7231  # of one agency
    SCAN = 7241  # one process scans
    SCORES = 7242  # whoever writes them
    CONSENT_IMPORT = 7253  # one file of an institution, one of its rows
    INQUIRY_BATCH = 7252  # one account's key of many questions
    OUTPUT_POLICY = 7254  # of one institution and product
    PROVIDER = 7255  # of one provider of scores
    DATA_VIEW = 7256  # of one institution and name
    CARD = 7257  # one release of a scorecard at a time
    CHALLENGER = 7258  # one process compares
    WATCH = 7267  # one release of the risk watch at a time
    NETWORK = 7261  # one process reads edges anew
    NETWORK_NIGHT = 7262  # one process computes all
    RISK = 7266  # one process judges all
    RISK_TRIAL = 7274  # one process tries a watch out
    CASES = 7271  # whoever opens cases
    SITES = 7268  # one process judges all platforms
    CROSS_CHECK = 7270  # one list; one counterpart
    QUOTA_KEYS = 7251  # whoever makes a counter that was not; who charges holds it shared (migration 0040)


async def take(session: AsyncSession, lock: Lock, what: str = "") -> None:
    """Wait for a lock and hold it until the transaction ends."""
    await session.execute(_TAKE, {"lock": lock, "what": what})


async def try_take(session: AsyncSession, lock: Lock, what: str = "") -> bool:
    """Take a lock until the transaction ends if nobody holds it; tell whether it was taken."""
    taken: bool = (await session.execute(_TRY, {"lock": lock, "what": what})).scalar_one()
    return taken


async def take_all(session: AsyncSession, lock: Lock, names: Collection[str]) -> None:
    """Wait for the locks of several of one kind and hold them until the transaction ends."""
    await session.execute(_TAKE_ALL, {"lock": lock, "names": list(names)})


async def try_take_all(session: AsyncSession, lock: Lock, names: Collection[str]) -> set[str]:
    """Take those of several locks that nobody holds, until the transaction ends; return which they are."""
    rows = await session.execute(_TRY_ALL, {"lock": lock, "names": list(names)})
    return {row.name for row in rows if row.free}
