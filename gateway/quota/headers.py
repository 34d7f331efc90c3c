"""RateLimit-Policy and RateLimit, as draft-ietf-httpapi-ratelimit-headers-10 has them: what an account has left. Pure.

Told are the account's own limits and the consent's: the one that leaves least, and every one that leaves a fifth or
less. What an institution or the platform has in all is not told to one account.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from gateway.quota.books import Exceeded, Room
from gateway.runtime.denial import Denial

OWN = frozenset({"account", "consent"})
SCARCE = Fraction(1, 5)
WINDOWS = {"day": 86_400, "week": 604_800}  # months and years are not all of one length


def fields(rooms: Sequence[Room], violated: Sequence[str] | None = None) -> Mapping[str, str]:
    """Return the header fields of an answer that was charged; of one that was not, those of the `violated` policies, so
    that none asks to wait longer than Retry-After does.
    """
    own = [room for room in rooms if room.key.scope in OWN and room.most is not None]
    if violated is not None:
        told = [room for room in own if room.policy in violated]
    else:
        tightest = min(own, key=_share, default=None)
        told = [room for room in own if room is tightest or _share(room) <= SCARCE]
    if not told:
        return {}
    return {
        "RateLimit-Policy": ", ".join(_policy(room) for room in told),
        "RateLimit": ", ".join(_left(room) for room in told),
    }


def denial_of(exceeded: Exceeded, rooms: Sequence[Room]) -> Denial:
    """Return the denial of what these rooms have no place for; nothing where no quota was set at all."""
    if not exceeded.planned:
        return Denial("product-not-entitled", "未分配配额。No quota has been set for this account or its institution.")
    members = {"violated-policies": list(exceeded.policies), "resets-at": exceeded.begins_anew()}
    headers = dict(fields(rooms, exceeded.policies))
    if exceeded.retry_after is not None:
        headers["Retry-After"] = str(exceeded.retry_after)
    return Denial("quota-exceeded", members=members, headers=headers)


def _share(room: Room) -> Fraction:
    return Fraction(room.left, room.most) if room.most else Fraction(0)


def _policy(room: Room) -> str:
    window = f";w={WINDOWS[room.key.period]}" if room.key.period in WINDOWS else ""
    return f'"{room.policy}";q={room.most}{window}'


def _left(room: Room) -> str:
    ends = f";t={max(0, room.resets_in)}" if room.resets_in is not None else ""
    return f'"{room.policy}";r={room.left}{ends}'
