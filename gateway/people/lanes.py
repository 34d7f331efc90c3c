"""How fast somebody may try to sign in: lanes that open again after a pause, longer after each try that failed.

A try takes the lanes it goes through before anything is compared. Who comes from an address the person signed in from
before has a lane of their own, which strangers cannot slow down; everybody else shares the address's lane and the
account's. An address waits longer than an account: between two tries of one who keeps guessing, the lane of the account
opens for somebody at another address. Nobody is locked out: the lane opens again, and who proves who they are is in.
"""

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.web.addresses import place_of

FREE_TRIES = 5  # of an account, or of a person at an address known
FREE_TRIES_OF_ADDRESS = 20  # many people may sit behind one
FIRST_PAUSE_SECONDS = 2
LONGEST_PAUSE_SECONDS = 60
LONGEST_PAUSE_OF_ADDRESS_SECONDS = 900
FORGOTTEN_AFTER = timedelta(hours=1)  # without another try
KNOWN_FOR = timedelta(days=90)
_WAIT = text("SELECT max(free_at) FROM sign_in_lane WHERE lane = ANY(:lanes) AND free_at > :now")
_TRY = text("""
    INSERT INTO sign_in_lane AS l (lane, tries, free_at, expires_at) VALUES (:lane, 1, '-infinity', :forgotten)
    ON CONFLICT (lane) DO UPDATE SET
        tries = CASE WHEN l.expires_at <= :now THEN 1 ELSE l.tries + 1 END,
        free_at = CASE WHEN l.expires_at <= :now OR l.tries + 1 < :free THEN '-infinity'
            ELSE :now + make_interval(secs => least(:longest, :first * power(2, least(l.tries + 1 - :free, 20)))) END,
        expires_at = :forgotten
    WHERE l.free_at <= :now
    RETURNING tries
""")
_KNOWN = text("SELECT EXISTS (SELECT FROM person_address WHERE mark = :mark AND expires_at > :now)")
_REMEMBER = text("""
    INSERT INTO person_address (mark, person_id, expires_at) VALUES (:mark, :person, :until)
    ON CONFLICT (mark) DO UPDATE SET expires_at = :until
""")
_FREE = text("DELETE FROM sign_in_lane WHERE lane = :lane")
_ONE_LESS = text("UPDATE sign_in_lane SET tries = greatest(tries - 1, 0), free_at = '-infinity' WHERE lane = :lane")
_FORGET = text("DELETE FROM person_address WHERE person_id = :person")


@dataclass(frozen=True)
class Lane:
    """A lane by its digest, with how many tries are free of a pause and how long one gets."""

    digest: bytes
    free: int
    longest: int


@dataclass(frozen=True)
class Lanes:
    """The lanes of one try: the person's or account's, the address's where it is not known, and the mark of both."""

    account: Lane
    address: Lane | None
    mark: bytes

    @property
    def known(self) -> bool:
        """Tell whether the person signed in from this address before."""
        return self.address is None


async def find_lanes(session: AsyncSession, kek: bytes, person_id: str, address: str, now: datetime) -> Lanes:
    """Return the lanes of a try. Only keyed digests are kept: no table says who comes from where."""
    place = _place(address)
    mark = _digest(kek, "known", person_id, place)
    if (await session.execute(_KNOWN, {"mark": mark, "now": now})).scalar_one():
        return Lanes(Lane(mark, FREE_TRIES, LONGEST_PAUSE_SECONDS), None, mark)
    of_address = Lane(_digest(kek, "address", place), FREE_TRIES_OF_ADDRESS, LONGEST_PAUSE_OF_ADDRESS_SECONDS)
    return Lanes(Lane(_digest(kek, "account", person_id), FREE_TRIES, LONGEST_PAUSE_SECONDS), of_address, mark)


async def take_lanes(session: AsyncSession, lanes: Lanes, now: datetime) -> float:
    """Take every lane for a try; return 0, or how many seconds to wait where one of them is not open yet."""
    taken = [lanes.account, *([lanes.address] if lanes.address else [])]
    closed = (await session.execute(_WAIT, {"lanes": [lane.digest for lane in taken], "now": now})).scalar_one()
    if closed is not None:
        return float((closed - now).total_seconds())
    for lane in sorted(taken, key=lambda lane: lane.digest):  # one order, so that no two tries wait for each other
        values = {
            "lane": lane.digest, "now": now, "forgotten": now + FORGOTTEN_AFTER, "free": lane.free,
            "longest": lane.longest, "first": FIRST_PAUSE_SECONDS,
        }  # fmt: skip
        if (await session.execute(_TRY, values)).scalar_one_or_none() is None:
            return float(FIRST_PAUSE_SECONDS)  # somebody took it at the same moment
    return 0.0


async def free_lanes(session: AsyncSession, lanes: Lanes, person_id: str, now: datetime) -> None:
    """Open the lanes of one who proved who they are, and know the address from now on."""
    await session.execute(_FREE, {"lane": lanes.account.digest})
    if lanes.address:
        await session.execute(_ONE_LESS, {"lane": lanes.address.digest})
    await session.execute(_REMEMBER, {"mark": lanes.mark, "person": person_id, "until": now + KNOWN_FOR})


async def forget_addresses(session: AsyncSession, person_id: str) -> None:
    """Know no address of a person any more: what they sign in with is new."""
    await session.execute(_FORGET, {"person": person_id})


def _place(address: str) -> str:
    """Return what counts as one address; nothing where it is not known."""
    try:
        return place_of(ipaddress.ip_address(address))
    except ValueError:
        return ""


def _digest(kek: bytes, *parts: str) -> bytes:
    return hmac.digest(kek, "\x00".join(("sign-in", *parts)).encode("utf-8", "replace"), hashlib.sha256)
