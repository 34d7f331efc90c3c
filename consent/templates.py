"""Templates: for a purpose, the most that a consent may ask for, and what it says where a request says nothing. Pure.

A template is for one institution or for all, for one fetch type or both, for some products or all; the most specific
one that fits rules. The ones shipped stand in templates.json; those of an instance are rows, each version with its day.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from functools import cache
from pathlib import Path
from typing import Any

from consent.durations import after, is_longer, read_duration
from consent.errors import TemplateError
from consent.parts import ACCESS_MODES, ALIGNMENTS, FETCH_TYPES, LEGAL_BASES, TIERS, UNITS, Limit, Notice, Obligation
from consent.terms import PRODUCTS, PURPOSES, Terms
from signing.canonical import sha256_hex

_COARSER = {"H": "HDMY", "D": "DMY", "M": "MY", "Y": "Y"}  # what caps it too: as many in a longer time is fewer
_SHIPPED = Path(__file__).with_name("templates.json")
SHIPPED_SINCE = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Template:
    """Bounds, and defaults. `institution` None: every one; `fetch_type` None: either; no `products`: all of them.

    `history` is how far back the data may reach, None for any; `frequency` are caps that a consent has to keep;
    `approvals` how many signatories it takes; `mandate_at_use` whether their mandates have to last until each use.
    `zone` is that of the calendar its durations are of.
    """

    id: str
    version: int
    effective_from: datetime
    purpose: str
    purpose_text: str
    notice: Notice
    notice_text: str
    validity: str
    data_life: str
    tiers: tuple[str, ...]
    access_modes: tuple[str, ...]
    institution: str | None = None
    fetch_type: str | None = None
    products: tuple[str, ...] = ()
    frequency: tuple[Limit, ...] = ()
    history: str | None = None
    approvals: int = 1
    mandate_at_use: bool = False
    legal_basis: str = "authorised"
    usual_fetch_type: str = "PERIODIC"
    usual_access_mode: str = "STORE"
    usual_data_life: str = "P0D"
    obligations: tuple[Obligation, ...] = ()
    withdrawal: str = ""
    complaint: str = ""
    withdrawn: bool = False
    zone: tzinfo = UTC


def choose_template(
    templates: Iterable[Template], institution: str, purpose: str, fetch_type: str, products: Sequence[str]
) -> Template | None:
    """Return the most specific of the templates in force that fits; None where none does."""
    fitting = [
        one for one in templates
        if one.purpose == purpose and one.institution in {None, institution} and one.fetch_type in {None, fetch_type}
        and (not one.products or set(products) <= set(one.products))
    ]  # fmt: skip
    return max(fitting, key=_specificity, default=None)


def find_breach(template: Template | None, terms: Terms) -> str | None:  # noqa: C901 - one bound per branch
    """Return the member of the terms that a template does not allow; None where it allows all."""
    if template is None or template.withdrawn:
        return "template"
    begins = terms.valid_from.astimezone(template.zone)
    if terms.valid_until > after(begins, template.validity):
        return "valid_until"
    if is_longer(terms.data_life, template.data_life, begins):
        return "data_life"
    if any(not _is_kept(cap, terms) for cap in template.frequency):
        return "limits"
    if template.history is not None and (
        terms.data_from is None or reaches_beyond(template.history, terms.data_from, begins)
    ):
        return "data_from"
    if any(detail.tier not in template.tiers for detail in terms.granted()):
        return "tier"
    if terms.access_mode not in template.access_modes:
        return "access_mode"
    if terms.required_approvals < template.approvals:
        return "required_approvals"
    return None


def reaches_beyond(history: str, day: date, begins: datetime) -> bool:
    """Tell whether a day lies before a history that ends when a consent begins."""
    midnight = begins.replace(hour=0, minute=0, second=0, microsecond=0)
    return after(datetime(day.year, day.month, day.day, tzinfo=begins.tzinfo), history) < midnight


def read_template(members: Mapping[str, Any], effective_from: datetime, zone: tzinfo = UTC) -> Template:
    """Read a template as it is written. Raises TemplateError that names the member."""
    try:
        template = _read(members, effective_from, zone)
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise TemplateError(f"template: 不完整或有误 is not whole: {fault}") from fault
    _check(template)
    return template


def current_templates(templates: Iterable[Template], now: datetime) -> list[Template]:
    """Return of each template the newest version in force at a moment."""
    newest: dict[str, Template] = {}
    for one in sorted(templates, key=lambda one: one.version):
        if one.effective_from <= now:
            newest[one.id] = one
    return list(newest.values())


@cache
def shipped_templates(zone: tzinfo = UTC) -> tuple[Template, ...]:
    """Return the templates that come with the program, one for each purpose."""
    return tuple(read_template(one, SHIPPED_SINCE, zone) for one in shipped_members())


@cache
def shipped_members() -> tuple[Mapping[str, Any], ...]:
    """Return the shipped templates as they are written."""
    return tuple(json.loads(_SHIPPED.read_text("utf-8")))


def _read(members: Mapping[str, Any], effective_from: datetime, zone: tzinfo) -> Template:
    most, usual, notice = members["most"], members["usual"], members["notice"]
    return Template(
        id=members["template"], version=int(members["version"]), effective_from=effective_from,
        purpose=members["purpose"], purpose_text=members["purpose_text"],
        notice=Notice(notice["id"], int(notice["version"]), notice["language"], sha256_hex(notice["text"].encode())),
        notice_text=notice["text"],
        validity=most["validity"], data_life=most["data_life"], tiers=tuple(most["tiers"]),
        access_modes=tuple(most["access_modes"]), frequency=tuple(Limit(**cap) for cap in most["frequency"]),
        history=most["history"], institution=members["institution"], fetch_type=members["fetch_type"],
        products=tuple(members["products"]), approvals=int(members["approvals"]),
        mandate_at_use=bool(members["mandate_at_use"]), legal_basis=usual["legal_basis"],
        usual_fetch_type=usual["fetch_type"], usual_access_mode=usual["access_mode"],
        usual_data_life=usual["data_life"], obligations=tuple(Obligation(**one) for one in usual["obligations"]),
        withdrawal=members["withdrawal"], complaint=members["complaint"], withdrawn=bool(members["withdrawn"]),
        zone=zone,
    )  # fmt: skip


def _check(template: Template) -> None:
    """Raise TemplateError where a value is none of those there are."""
    sets = {
        "purpose": ({template.purpose}, PURPOSES), "tiers": (set(template.tiers), TIERS),
        "access_modes": (set(template.access_modes), ACCESS_MODES), "products": (set(template.products), PRODUCTS),
        "fetch_type": ({template.fetch_type or template.usual_fetch_type, template.usual_fetch_type}, FETCH_TYPES),
        "legal_basis": ({template.legal_basis}, LEGAL_BASES),
        "access_mode": ({template.usual_access_mode}, ACCESS_MODES),
        "frequency": ({cap.unit for cap in template.frequency}, UNITS),
        "alignment": ({cap.alignment for cap in template.frequency}, ALIGNMENTS),
    }  # fmt: skip
    for name, (found, known) in sets.items():
        if not found <= set(known):
            raise TemplateError(f"{name}: {', '.join(known)}")
    if not template.tiers or not template.access_modes or not 1 <= template.approvals <= 5:
        raise TemplateError("tiers, access_modes: 至少一种 one at least; approvals: 1–5")
    if any(cap.count < 1 for cap in template.frequency):
        raise TemplateError("frequency: 次数至少为 1 count is at least 1")
    durations = {
        "validity": template.validity, "data_life": template.data_life, "history": template.history,
        "usual data_life": template.usual_data_life, **{one.kind: one.within for one in template.obligations},
    }  # fmt: skip
    for name, said in durations.items():
        try:
            read_duration(said or "P0D")
        except ValueError as fault:
            raise TemplateError(f"{name}: {fault}") from fault
    if is_longer(template.usual_data_life, template.data_life, SHIPPED_SINCE):
        raise TemplateError("data_life: 默认值超过上限 what is usual is more than the most")


def _specificity(template: Template) -> tuple[bool, bool, bool, int, datetime]:
    return (
        template.institution is not None, bool(template.products), template.fetch_type is not None,
        -len(template.products), template.effective_from,
    )  # fmt: skip


def _is_kept(cap: Limit, terms: Terms) -> bool:
    """Tell whether a consent can never be used more often than a cap says."""
    if terms.max_uses is not None and terms.max_uses <= cap.count:
        return True
    return any(
        limit.count <= cap.count and limit.unit in _COARSER[cap.unit]
        and (limit.alignment == cap.alignment or limit.unit != cap.unit)
        for limit in terms.limits
    )  # fmt: skip
