"""The register of platforms, as the sealed records make it: each site or app once, the agencies' numbers, the firms.

1. A profile says which address a platform of a number has: its site, else its app in a store. A number that is an
   address itself is that one.
2. Platforms of one address are one site; what else a profile names is a further address of it.
3. Its firms are those that a profile or a figure of the last days names: in the city's register or not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.catalogue.load import get_dataset
from connectors.model.calendar import day_starts
from connectors.model.folding import document_key
from risk_monitor.site_keys import find_site_key

PROFILES, TRAFFIC = "platform_profile", "web_traffic"
SEEN_DAYS = 7  # of traffic that is looked through for platforms without a profile
_EVER = datetime.fromisoformat("2000-01-01T00:00:00+08:00")
_SAYING = text("""
    SELECT r.record_id, s.number, r.identifier_type, r.identifier_value, r.canonical
    FROM batch b JOIN record_visible(:as_of, NULL) r USING (batch_id) LEFT JOIN subject s ON s.subject_id = r.subject_id
    WHERE b.agency = :agency AND b.dataset = :dataset AND b.received_at >= :since AND r.canonical IS NOT NULL
    ORDER BY r.event_date DESC, r.record_id DESC
""")


class Firm(NamedTuple):
    """What a record names a firm by, and its number (subject.number); None where a name alone is known of nobody."""

    known_by: str
    value: str
    subject: int | None


@dataclass
class Placed:
    """A site: its platforms, further addresses, newest profile, and firms, each with the record that says so."""

    key: str
    platforms: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    record: UUID | None = None
    firms: dict[Firm, UUID] = field(default_factory=dict)


@dataclass(frozen=True)
class Register:
    """All sites, in the order of their keys, and how many platforms no record gives an address of."""

    sites: Sequence[Placed]
    unplaced: int


class Saying(NamedTuple):
    """What a record says of a platform."""

    record: UUID
    platform: str
    fields: Mapping[str, Any]
    firm: Firm


async def read_register(session: AsyncSession, as_of: date) -> Register:
    """Return the register as of a day (Asia/Shanghai)."""
    profiles = await _read(session, PROFILES, as_of, _EVER)
    traffic = await _read(session, TRAFFIC, as_of, day_starts(as_of - timedelta(days=SEEN_DAYS)))
    return place(profiles, traffic)


def place(profiles: Sequence[Saying], traffic: Sequence[Saying]) -> Register:
    """Return the register that profiles and figures make, each with the newest first. Pure."""
    sites: dict[str, Placed] = {}
    of_platform: dict[str, str] = {}
    unplaced: set[str] = set()
    for one in profiles:
        addresses = _addresses(one)
        if not addresses:
            unplaced.add(one.platform)
            continue
        site = sites.setdefault(addresses[0], Placed(addresses[0]))
        site.record = site.record or one.record
        site.others += [other for other in addresses[1:] if other not in site.others]
        of_platform[one.platform] = site.key
        _add(site, one)
    for one in traffic:
        key = of_platform.get(one.platform) or find_site_key(one.fields["platform_id"])
        if key is None:
            unplaced.add(one.platform)
        else:
            _add(sites.setdefault(key, Placed(key)), one)
    return Register([sites[key] for key in sorted(sites)], len(unplaced))


def _add(site: Placed, one: Saying) -> None:
    if one.platform not in site.platforms:
        site.platforms.append(one.platform)
    site.firms.setdefault(one.firm, one.record)


def _addresses(profile: Saying) -> list[str]:
    said = (profile.fields.get("domain"), profile.fields.get("app_id"), profile.fields["platform_id"])
    return list(dict.fromkeys(key for one in said if (key := find_site_key(one))))


async def _read(session: AsyncSession, dataset: str, as_of: date, since: datetime) -> list[Saying]:
    agency = get_dataset(dataset).agency
    values = {"as_of": as_of, "agency": agency, "dataset": dataset, "since": since}
    said = []
    for record, number, known_by, value, canonical in await session.execute(_SAYING, values):
        fields = orjson.loads(canonical)["fields"]
        said.append(Saying(record, document_key(fields["platform_id"]), fields, Firm(known_by, value, number)))
    return said
