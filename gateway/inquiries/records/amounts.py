"""Amounts, and what else of a record may not be told as it stands, in the form that an output policy rules. Pure.

Raw tells a value; banded, for an amount, between which steps it lies; flag, for an amount, whether it reaches the
threshold, in ten thousand yuan. Beside amounts these two tell dates, codes and marks alone: a text may say the amount
in words, and a count or a rate may lead to it.
"""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.model.datasets import Field
from gateway.inquiries.outputs.policy import OutputPolicy

_YUAN = {"元": Decimal(1), "万元": Decimal(10_000)}
TEN_THOUSAND = _YUAN["万元"]
# In yuan: an amount is more than one step and not more than the next.
STEPS = tuple(Decimal(one) for one in (
    0, 10_000, 50_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000, 50_000_000, 100_000_000,
))  # fmt: skip
OPEN_TYPES = frozenset({"date", "until", "code", "flag", "currency"})


def is_amount(field: Field) -> bool:
    """Tell whether a field holds money."""
    return field.type == "money" or (field.type == "number" and "元" in field.unit)


def in_yuan(value: object, unit: str) -> Decimal | None:
    """Return an amount in yuan, None where it is none or in another currency."""
    try:
        return Decimal(str(value)) * _YUAN[unit]
    except (InvalidOperation, KeyError):
        return None


def band_of(amount: Decimal) -> dict[str, str | None]:
    """Return between which steps an amount lies, in yuan: more than `above`, `to` at most; None where open."""
    above = [step for step in STEPS if step < amount]
    to = [step for step in STEPS if step >= amount]
    return {"above": _told(above[-1:]), "to": _told(to[:1])}


def reaches(amount: Decimal, policy: OutputPolicy) -> bool:
    """Tell whether an amount in yuan is the threshold of a flag at least."""
    assert policy.threshold is not None, "a flag has a threshold"  # noqa: S101 - see OutputPolicy.fault
    return amount >= policy.threshold * TEN_THOUSAND


def in_form(amount: Decimal, policy: OutputPolicy) -> dict[str, Any]:
    """Return an amount in yuan as a policy that is not raw has it told."""
    return {"reaches": reaches(amount, policy)} if policy.form == "flag" else {"band": band_of(amount)}


def field_in_form(field: Field, value: object, policy: OutputPolicy) -> tuple[bool, Any]:
    """Return whether a field that is no document's number is told under a policy, and as what."""
    if policy.form == "raw":
        return True, value
    if is_amount(field):
        amount = in_yuan(value, field.unit)
        return (amount is not None, in_form(amount, policy) if amount is not None else None)
    return field.type in OPEN_TYPES or bool(field.codes), value


def _told(step: Sequence[Decimal]) -> str | None:
    return f"{step[0]:.2f}" if step else None
