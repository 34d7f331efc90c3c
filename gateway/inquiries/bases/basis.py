"""On what a question is answered: a consent, that the data are public, or an institution's duty. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from connectors.catalogue.load import datasets
from consent.decision import Consent, Denied
from consent.parts import Detail
from consent.scope import Wish, find_missing, narrow

KINDS = ("consent", "public", "duty")


@dataclass(frozen=True)
class Public:
    """The data are published: whoever asks may know them."""


@dataclass(frozen=True)
class Duty:
    """What a law has a government body do, and what it may ask for that, for which purposes, from when until when (half
    open). No categories, or no sources: all of them. `datasets` are restricted ones that it reaches.
    """

    code: str
    institution: str
    law: str
    article: str
    purposes: tuple[str, ...]
    products: tuple[str, ...]
    valid_from: datetime
    valid_until: datetime
    categories: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    ended_at: datetime | None = None
    data_from: date | None = None
    data_to: date | None = None

    def granted(self) -> tuple[Detail, ...]:
        """Return what it permits, as a consent spells it."""
        return (Detail(self.products, "detail", self.categories, self.sources),)

    def is_in_force(self, now: datetime) -> bool:
        """Tell whether it holds at a moment."""
        return self.ended_at is None and self.valid_from <= now < self.valid_until


Basis = Consent | Duty | Public
PUBLIC = Public()
DUTY_REQUIRED = Denied("duty-basis-required")


def decide_on_duty(duty: Duty | None, purpose: str, wish: Wish, now: datetime) -> Duty | Denied:
    """Return the duty where it covers what is asked for, else why it is denied. One that is not there, another's and
    one that has ended look alike.
    """
    if duty is None or not duty.is_in_force(now):
        return DUTY_REQUIRED
    missing = [*([] if purpose in duty.purposes else [purpose]), *find_missing(duty, wish)]
    return Denied(DUTY_REQUIRED.reason, {"missing": missing}) if missing else duty


def narrowed(duty: Duty, wish: Wish) -> tuple[Wish, list[str]]:
    """Return as much of a wish as a duty covers, and what is withheld."""
    return narrow(duty, wish, ())


def consent_of(basis: Basis) -> Consent | None:
    """Return the consent that something is answered on, None for another basis."""
    return basis if isinstance(basis, Consent) else None


def kind_of(basis: Basis) -> str:
    """Return which kind of basis it is, of KINDS."""
    if isinstance(basis, Consent):
        return "consent"
    return "duty" if isinstance(basis, Duty) else "public"


def basis_members(basis: Basis) -> dict[str, Any]:
    """Return a basis as answers and entries name it; which consent it is stands beside it."""
    if not isinstance(basis, Duty):
        return {"kind": kind_of(basis)}
    return {
        "kind": "duty", "duty": basis.code, "law": basis.law, "article": basis.article,
        "datasets": list(basis.datasets),
    }  # fmt: skip


def readable_on(members: Mapping[str, Any] | None) -> frozenset[str] | None:
    """Return the datasets that may be read on the basis that an answer names, None for all: those that are public; on
    a duty, those that are not restricted, and those it names.
    """
    kind = members["kind"] if members else "consent"
    if kind == "consent" or members is None:
        return None
    return _readable(kind, tuple(members.get("datasets", ())))


@lru_cache(maxsize=64)
def _readable(kind: str, named: tuple[str, ...]) -> frozenset[str]:
    if kind == "public":
        return frozenset(name for name, one in datasets().items() if one.sharing == "public")
    return frozenset(name for name, one in datasets().items() if one.sharing != "restricted" or name in named)
