"""What is told of platforms over HTTP and by the command line."""

from collections.abc import Sequence
from typing import Any

from gateway.sites.reading import FirmSeen, Sites, SiteSeen
from gateway.sites.shown import DayShown, Shown
from gateway.sites.tables import SiteDay, SiteFinding
from risk_monitor.site_keys import kind_of

FACTS = ("status", "promised_yield", "insured", "custodian", "profile_date")


def sites_document(found: Sites) -> dict[str, Any]:
    """Return platforms, as the interface lists them: with what stands of each."""
    return {"day": day_document(found.day), "sites": sites_of_document(found.sites)}


def sites_of_document(sites: Sequence[SiteSeen]) -> list[dict[str, Any]]:
    """Return platforms with what stands of each."""
    return [{**_site(one), "findings": [finding_document(each) for each in one.standing]} for one in sites]


def site_document(one: SiteSeen, shown: Shown) -> dict[str, Any]:
    """Return one platform: its profile and ratings, all that was found of it, and its figures with their bands."""
    profile = one.profile or {}
    return {
        **_site(one), "profile": {name: profile[name] for name in FACTS if profile.get(name) is not None},
        "ratings": [
            {"rater": each.rater, "rating": each.rating, "day": each.day.isoformat()} for each in shown.ratings
        ],
        "findings": [finding_document(each) for each in one.findings],
        "series": {name: [_day(each) for each in days] for name, days in shown.series.items()},
    }  # fmt: skip


def day_document(day: SiteDay | None) -> dict[str, Any] | None:
    """Return what came of the last day judged."""
    if day is None:
        return None
    return {
        "day": day.day.isoformat(), "rules": {"version": day.version, "digest": day.rules}, "sites": day.sites,
        "unplaced": day.unplaced, "reported": day.reported, "silent": day.silent, "opened": day.opened,
        "ended": day.ended, "standing": day.standing, "digest": day.digest.hex(),
    }  # fmt: skip


def finding_document(one: SiteFinding) -> dict[str, Any]:
    """Return a finding: since when, the figure farthest out, and the band it is held against."""
    return {
        "series": one.series, "kind": one.kind, "since": one.since.isoformat(), "seen_on": one.seen_on.isoformat(),
        "ended": one.ended.isoformat() if one.ended else None, "usual": one.usual, "value": one.value,
        "expected": one.expected, "low": one.low, "high": one.high,
    }  # fmt: skip


def _site(one: SiteSeen) -> dict[str, Any]:
    return {
        "site": one.site.key, "kind": kind_of(one.site.key), "name": one.name, "others": one.site.others,
        "platforms": one.site.platforms, "firms": [_firm(each) for each in one.firms],
    }  # fmt: skip


def _firm(one: FirmSeen) -> dict[str, Any]:
    return {"subject": one.uscc, "name": one.name, "in_city": one.inside}


def _day(one: DayShown) -> dict[str, Any]:
    return {
        "day": one.day.isoformat(), "value": one.value, "expected": one.expected, "low": one.low, "high": one.high,
    }  # fmt: skip
