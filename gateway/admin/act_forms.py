"""The forms by which operators ask for changes: fields, what they become, and what is wrong with which field."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError

from connectors.model.calendar import day_ends, day_starts
from gateway.admin.action import Action
from gateway.admin.actions import AnyAction
from gateway.console.form import Form
from gateway.console.words import Words
from gateway.quota.products import PRODUCTS
from gateway.runtime.denial import DeniedError

_READ: TypeAdapter[Action] = TypeAdapter(AnyAction)
Values = Mapping[str, str]


@dataclass(frozen=True)
class FieldSpec:
    """A field: its name, and the keys of its label, its hint and what is said where it will not do."""

    name: str
    label: str
    wrong: str
    hint: str = ""
    type: str = "text"
    options: tuple[tuple[str, str], ...] = ()
    required: bool = True
    rows: int = 0


@dataclass(frozen=True)
class ActForm:
    """A form: its title and button, what will follow (texts' keys), its fields, and the action they become."""

    title: str
    verb: str
    follows: tuple[str, ...]
    fields: tuple[FieldSpec, ...]
    action: Callable[[str, Values], dict[str, Any]]  # of the object's id and what was typed


class FormFaultError(Exception):
    """What was typed will not do; `form` says what is wrong with which field."""

    def __init__(self, form: Form) -> None:
        super().__init__(str(form.errors))
        self.form = form


def read_action(form: ActForm, identifier: str, typed: Values, words: Words) -> Action:
    """Return the action that a form asks for. Raises FormFaultError."""
    known = {one.name: one for one in form.fields}
    needed = [one for one in form.fields if one.required]
    missing = {one.name: words(one.wrong) for one in needed if not typed.get(one.name, "").strip()}
    if missing:
        raise FormFaultError(Form(typed, missing))
    try:
        return _READ.validate_python(form.action(identifier, typed))
    except ValidationError as fault:
        places = [str(error["loc"][1]) if len(error["loc"]) > 1 else "" for error in fault.errors()]
        errors = {place if place in known else "": _wrong(known, place, words) for place in places}
        raise FormFaultError(Form(typed, errors)) from fault
    except ValueError as fault:  # a number or a key that is none
        place = str(fault)
        raise FormFaultError(Form(typed, {place: _wrong(known, place, words)})) from fault


def refused(typed: Values, fault: DeniedError, words: Words) -> Form:
    """Return the form with a refusal over it, in the visitor's language."""
    return Form(typed, {"": words.half(fault)})


def number(typed: Values, name: str) -> int:
    """Return what was typed as a number. Raises ValueError with the field's name."""
    text = typed.get(name, "").replace(",", "").strip()
    if not text.isascii() or not text.isdecimal():
        raise ValueError(name)
    return int(text)


def public_key(typed: Values, name: str) -> dict[str, Any]:
    """Return what was pasted as a JWK. Raises ValueError with the field's name."""
    try:
        read = orjson.loads(typed.get(name, ""))
    except orjson.JSONDecodeError as fault:
        raise ValueError(name) from fault
    return read if isinstance(read, dict) else {}  # which is no key


def day(typed: Values, name: str) -> str | None:
    """Return a day, None where none was typed."""
    return typed.get(name, "").strip() or None


def first_moment(typed: Values, name: str) -> str | None:
    """Return a day's first moment in China, None where no day was typed. Raises ValueError with the field's name."""
    if (said := day(typed, name)) is None:
        return None
    try:
        return day_starts(date.fromisoformat(said)).isoformat()
    except ValueError as fault:
        raise ValueError(name) from fault


def listed(typed: Values, name: str) -> tuple[str, ...]:
    """Return names that were typed one after the other."""
    said = typed.get(name, "").strip()
    return tuple(re.split(r"[\s,，、]+", said)) if said else ()


def ends(typed: Values, name: str) -> str | None:
    """Return the moment at which a day ends in Beijing; what is no day as it was typed."""
    said = day(typed, name)
    try:
        return day_ends(date.fromisoformat(said or "")).isoformat()
    except (ValueError, OverflowError):
        return said


def _wrong(known: Mapping[str, FieldSpec], place: str, words: Words) -> str:
    return words(known[place].wrong) if place in known else words("op-wrong-form")


CLASSES = (
    ("bank", "op-class-bank"), ("guarantee", "op-class-guarantee"), ("micro_loan", "op-class-micro_loan"),
    ("government", "op-class-government"), ("other", "op-class-other"),
)  # fmt: skip
_FROM = FieldSpec("agreement_from", "op-agreement-from", "op-wrong-day", type="date", required=False)
_UNTIL = FieldSpec("agreement_until", "op-agreement-until", "op-wrong-day", "op-hint-open", type="date", required=False)
_PER_DAY = FieldSpec("per_day", "op-per-day", "op-wrong-number", "op-hint-units", type="number")
_PER_MONTH = FieldSpec("per_month", "op-per-month", "op-wrong-month", type="number")
_INTERMEDIARY = FieldSpec("intermediary", "op-intermediary", "op-wrong-id", "op-hint-intermediary")
_KEY = FieldSpec("key", "op-public-key", "op-wrong-key", "op-hint-key", rows=6)


def _quota(scope: str) -> Callable[[str, Values], dict[str, Any]]:
    return lambda identifier, typed: {
        "action": "quota.set", "scope": scope, "id": identifier, "per_day": number(typed, "per_day"),
        "per_month": number(typed, "per_month"),
    }  # fmt: skip


SET_COST = ActForm(
    "cost-set", "cost-set-verb",
    ("cost-follows-moment", "cost-follows-past", "cost-follows-held", "cost-follows-final", "op-follows-two"),
    (
        FieldSpec("units", "cost-units", "cost-wrong-units", "cost-hint-units", type="number"),
        FieldSpec("begins", "cost-begins", "op-wrong-day", "cost-hint-begins", type="date", required=False),
        FieldSpec("reason", "op-why", "op-wrong-reason", "op-hint-reason"),
    ),
    lambda product, typed: {
        "action": "quota.cost", "product": product, "units": number(typed, "units"),
        "begins": first_moment(typed, "begins"), "reason": typed["reason"].strip(),
    },
)  # fmt: skip
NEW_INSTITUTION = ActForm(
    "op-new-institution", "op-new-institution-verb", ("op-follows-institution", "op-follows-two"),
    (
        FieldSpec("institution", "op-institution-id", "op-wrong-id", "op-hint-id"),
        FieldSpec("name", "op-name", "op-wrong-name"),
        FieldSpec("class", "op-class", "op-wrong-class", options=CLASSES),
        _FROM,
        _UNTIL,
    ),
    lambda _id, typed: {
        "action": "institution.add", "institution": typed["institution"].strip(), "name": typed["name"].strip(),
        "class": typed["class"], "agreement_from": day(typed, "agreement_from"),
        "agreement_until": day(typed, "agreement_until"),
    },
)  # fmt: skip
OF_INSTITUTION: Mapping[str, ActForm] = {
    "agreement": ActForm(
        "op-set-agreement", "op-set-agreement-verb", ("op-follows-agreement", "op-follows-two"), (_FROM, _UNTIL),
        lambda identifier, typed: {
            "action": "institution.agreement", "institution": identifier,
            "agreement_from": day(typed, "agreement_from"), "agreement_until": day(typed, "agreement_until"),
        },
    ),
    "quota": ActForm(
        "op-set-quota", "op-set-quota-verb", ("op-follows-quota", "op-follows-quota-two"), (_PER_DAY, _PER_MONTH),
        _quota("institution"),
    ),
    "exit": ActForm(
        "op-set-exit", "op-set-exit-verb", ("op-follows-exit",),
        (FieldSpec("exit_via", "op-exit", "op-wrong-id", "op-hint-exit", required=False),),
        lambda identifier, typed: {
            "action": "institution.exit", "institution": identifier,
            "exit_via": typed.get("exit_via", "").strip() or None,
        },
    ),
    "output": ActForm(
        "op-set-output", "op-set-output-verb", ("op-follows-output", "op-follows-output-two"),
        (
            FieldSpec("product", "op-products", "op-wrong-form",
                      options=tuple((code, f"product-{code}") for code in PRODUCTS)),
            FieldSpec("form", "op-output-form", "op-wrong-form", options=(
                ("raw", "op-form-raw"), ("banded", "op-form-banded"), ("flag", "op-form-flag"))),
            FieldSpec("threshold", "op-output-threshold", "op-wrong-threshold", "op-hint-threshold", type="number",
                      required=False),
            FieldSpec("left_out", "op-output-left-out", "op-wrong-left-out", "op-hint-left-out", required=False),
        ),
        lambda identifier, typed: {
            "action": "output.policy", "institution": identifier, "product": typed["product"], "form": typed["form"],
            "threshold": number(typed, "threshold") if typed.get("threshold", "").strip() else None,
            "left_out": listed(typed, "left_out"),
        },
    ),
    "duty": ActForm(
        "op-register-duty", "op-register-duty-verb", ("op-follows-duty", "op-follows-two"),
        (
            FieldSpec("duty", "duty-code", "op-wrong-id", "op-hint-id"),
            FieldSpec("law", "duty-law", "duty-wrong-law", "duty-hint-law"),
            FieldSpec("article", "duty-article", "duty-wrong-law"),
            FieldSpec("purposes", "duty-purposes", "duty-wrong-list", "duty-hint-purposes"),
            FieldSpec("products", "op-products", "duty-wrong-list", "duty-hint-products"),
            FieldSpec("categories", "duty-categories", "duty-wrong-list", "duty-hint-all", required=False),
            FieldSpec("sources", "duty-sources", "duty-wrong-list", "duty-hint-all", required=False),
            FieldSpec("datasets", "duty-datasets", "duty-wrong-list", "duty-hint-datasets", required=False),
            FieldSpec("valid_until", "op-valid-until", "op-wrong-day", type="date"),
        ),
        lambda identifier, typed: {
            "action": "duty.register", "institution": identifier, "duty": typed["duty"].strip(),
            "law": typed["law"].strip(), "article": typed["article"].strip(),
            **{name: listed(typed, name) for name in ("purposes", "products", "categories", "sources", "datasets")},
            "valid_until": ends(typed, "valid_until"),
        },
    ),
    "duty-end": ActForm(
        "op-end-duty", "op-end-duty-verb", ("op-follows-duty-end",),
        (FieldSpec("duty", "duty-code", "op-wrong-id"), FieldSpec("reason", "op-why", "op-wrong-reason")),
        lambda _identifier, typed: {
            "action": "duty.end", "duty": typed["duty"].strip(), "reason": typed["reason"].strip(),
        },
    ),
    "account": ActForm(
        "op-new-account", "op-new-account-verb", ("op-follows-account", "op-follows-two"),
        (FieldSpec("client", "op-account-id", "op-wrong-id", "op-hint-id"), _KEY),
        lambda identifier, typed: {
            "action": "client.add", "kind": "account", "institution": identifier, "client": typed["client"].strip(),
            "key": public_key(typed, "key"),
        },
    ),
}  # fmt: skip
OF_ACCOUNT: Mapping[str, ActForm] = {
    "quota": ActForm(
        "op-set-quota", "op-set-quota-verb", ("op-follows-quota", "op-follows-quota-two"), (_PER_DAY, _PER_MONTH),
        _quota("account"),
    ),
    "delegation": ActForm(
        "op-grant-delegation", "op-grant-delegation-verb", ("op-follows-delegation", "op-follows-two"),
        (_INTERMEDIARY,),
        lambda identifier, typed: {
            "action": "delegation.grant", "client": identifier, "intermediary": typed["intermediary"].strip(),
        },
    ),
    "delegation-end": ActForm(
        "op-end-delegation", "op-end-delegation-verb", ("op-follows-delegation-end",),
        (_INTERMEDIARY, FieldSpec("reason", "op-why", "op-wrong-reason")),
        lambda identifier, typed: {
            "action": "delegation.end", "client": identifier, "intermediary": typed["intermediary"].strip(),
            "reason": typed["reason"].strip(),
        },
    ),
    "key": ActForm(
        "op-change-key", "op-change-key-verb", ("op-follows-key", "op-follows-two"),
        (_KEY, FieldSpec("overlap_hours", "op-overlap", "op-wrong-hours", "op-hint-overlap", type="number")),
        lambda identifier, typed: {
            "action": "client.key", "client": identifier, "key": public_key(typed, "key"),
            "overlap_hours": number(typed, "overlap_hours"),
        },
    ),
}  # fmt: skip
