"""What a request for a consent says, and the terms made of it: what it does not name comes from the purpose's template.

A renewal takes everything from the consent it is to follow, but the dates.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from uuid_utils.compat import uuid7

from connectors.conversion.code_faults import fault_of_unified
from connectors.conversion.identifiers import Kind, read_identifier
from connectors.model.calendar import SHANGHAI
from connectors.store.subjects import find_subject
from consent.durations import NONE, months_after, read_duration
from consent.parts import EvidenceItem, Limit, Obligation, PersonItem, read_detail
from consent.store import find_consent
from consent.template_store import load_templates
from consent.templates import Template, choose_template, reaches_beyond
from consent.terms import SCHEMA, Terms
from gateway.consents.holders import marked
from gateway.identity.tables import Institution
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

Name = Annotated[str, Field(min_length=2, max_length=63)]
Names = Annotated[list[Name], Field(max_length=100)]
Digest = Annotated[str, Field(min_length=64, max_length=64)]


class LimitAsked(BaseModel):
    """At most so many uses in an hour, a day, a month or a year."""

    model_config = ConfigDict(extra="forbid")

    count: Annotated[int, Field(strict=True, ge=1)]
    unit: Literal["H", "D", "M", "Y"]
    alignment: Annotated[
        Literal["calendar", "consent"], Field(description="按日历或自授权起算 By the calendar, or from its begin.")
    ] = "calendar"


class PersonAsked(BaseModel):
    """A named person whose data is asked for, who has to consent on their own: by the hash that names them, or by their
    number, of which the hash alone is kept.
    """

    model_config = ConfigDict(extra="forbid")

    person: Annotated[Digest | None, Field(description="此人的散列 A hash that names the person.")] = None
    id_number: Annotated[
        str | None, Field(max_length=64, description="证件号码或登记机关的人员标识，不保存 A number; not kept.")
    ] = None
    role: Name
    categories: Names = []


class EvidenceAsked(BaseModel):
    """A file that proves something, to be handed in by its digest."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["e_seal", "e_licence", "paper_scan", "sms"]
    sha256: Digest
    size: Annotated[int, Field(strict=True, ge=1)]


class ConsentRequest(BaseModel):
    """What an institution asks an enterprise to permit; what is not named is as the purpose's template has it."""

    model_config = ConfigDict(extra="forbid")

    subject: Annotated[str, Field(max_length=64, description="统一社会信用代码 The enterprise's USCC.")]
    products: Annotated[list[Name] | None, Field(min_length=1, max_length=10)] = None
    purpose: Name
    valid_from: AwareDatetime | None = None
    valid_until: Annotated[AwareDatetime | None, Field(description="必填 It has to be named.")] = None
    max_uses: Annotated[int | None, Field(strict=True)] = None
    accounts: Annotated[list[Name], Field(max_length=100, description="Empty: every account.")] = []
    service_name: Annotated[str | None, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]*$")] = None
    tier: Literal["basic", "detail"] = "detail"
    categories: Annotated[Names, Field(description="数据类别，空为全部 Categories of data; empty: all.")] = []
    sources: Annotated[Names, Field(description="来源部门，空为全部 Agencies; empty: all.")] = []
    authorization_details: Annotated[
        list[dict[str, Any]] | None, Field(min_length=1, max_length=10, description="RFC 9396, type credit_query.")
    ] = None
    data_from: date | None = None
    data_to: date | None = None
    fetch_type: Literal["ONETIME", "PERIODIC"] | None = None
    limits: Annotated[list[LimitAsked] | None, Field(max_length=4)] = None
    access_mode: Literal["VIEW", "STORE"] | None = None
    data_life: Annotated[str | None, Field(max_length=8, description="ISO 8601: P90D, P1Y.")] = None
    onward_sharing: Annotated[Names, Field(description="可转给谁，空为不得转 Whom it may be passed on to.")] = []
    required_approvals: Annotated[int | None, Field(strict=True, ge=1, le=5)] = None
    pi_items: Annotated[list[PersonAsked], Field(max_length=20)] = []
    evidence: Annotated[list[EvidenceAsked], Field(max_length=10)] = []
    supersedes: Annotated[UUID | None, Field(description="续期：所续的授权 The consent that this one renews.")] = None


async def draft(work: UnitOfWork, wanted: ConsentRequest) -> Terms:
    """Return the terms that a request of the acting institution asks for. Raises DeniedError for what is no request."""
    subject = read_identifier(wanted.subject)
    if subject.kind is not Kind.USCC:
        raise DeniedError("invalid-subject", f"subject: {fault_of_unified(wanted.subject)}")
    if wanted.valid_until is None:
        raise DeniedError("invalid-terms", "valid_until: 须写明 has to be named")
    now = (await database_now(work.session)).astimezone(wanted.valid_until.tzinfo)
    named = _named(work, wanted)
    if wanted.supersedes is not None:
        return await _renew(work, wanted, {**named, "uscc": subject.value}, now)
    terms = Terms(
        uuid7(), subject.value, work.actor.institution_id or "", (), (), wanted.purpose,
        (wanted.valid_from or now).replace(microsecond=0), wanted.valid_until.replace(microsecond=0), None,
    )  # fmt: skip
    return await complete(work, replace(terms, **named), frozenset(named))


async def complete(work: UnitOfWork, terms: Terms, named: frozenset[str] = frozenset()) -> Terms:
    """Return terms with whatever is not `named` as the template of their purpose has it, and the parties' names."""
    templates = await load_templates(work.session, await database_now(work.session), SHANGHAI)
    template = _fitting(templates, terms, named)
    institution = await work.session.get(Institution, terms.institution)
    subject = await find_subject(work.session, "uscc", terms.uscc)
    said: dict[str, Any] = {
        "request_id": terms.request_id or uuid7(), "grantee_class": institution.class_ if institution else None,
        "grantor_name": terms.grantor_name or (subject.name if subject else None),
    }  # fmt: skip
    if template is not None:
        said |= _shown(template) | {name: value for name, value in _usual(template, terms).items() if name not in named}
    filled = replace(terms, **said)
    if filled.fetch_type == "ONETIME" and filled.max_uses is None:
        filled = replace(filled, max_uses=1)
    if filled.access_mode == "VIEW" and "data_life" not in named:
        filled = replace(filled, data_life=NONE)
    return replace(filled, obligations=_owed(filled))


async def _renew(work: UnitOfWork, wanted: ConsentRequest, named: dict[str, Any], now: datetime) -> Terms:
    """Return the terms of a renewal: it begins at once, so that nothing lies between it and what it renews."""
    assert wanted.supersedes is not None  # noqa: S101 - the caller saw it
    found = await find_consent(work.session, wanted.supersedes, work.keys.publics("consent"), now)
    if found is None or found.terms.institution != work.actor.institution_id:
        raise DeniedError("consent-not-found")
    if wanted.valid_from is not None:
        raise DeniedError("invalid-terms", "valid_from: 续期自同意时起 a renewal begins when it is approved")
    assert wanted.valid_until is not None  # noqa: S101 - likewise
    own: dict[str, Any] = {
        "consent_id": uuid7(), "request_id": uuid7(), "supersedes": wanted.supersedes, "schema": SCHEMA,
        "valid_from": now.replace(microsecond=0), "valid_until": wanted.valid_until.replace(microsecond=0),
        "purpose": wanted.purpose,
    }  # fmt: skip
    renewed = replace(found.terms, **named, **own)
    templates = await load_templates(work.session, now, SHANGHAI)
    template = _fitting(templates, renewed, frozenset({"fetch_type"}))
    return replace(renewed, **_shown(template)) if template else renewed


def _person(work: UnitOfWork, one: PersonAsked) -> str:
    """Return the hash of a person who is named. Raises DeniedError where they are not named in one way."""
    if (one.person is None) == (one.id_number is None):
        raise DeniedError("invalid-terms", "pi_items: person 与 id_number 写且只写一个 name one of person, id_number")
    if one.person is not None:
        return one.person
    assert work.protector is not None, "an instance that takes requests has one"  # noqa: S101
    assert one.id_number is not None, "one of both is named"  # noqa: S101
    return marked(work.protector, one.id_number)


def _named(work: UnitOfWork, wanted: ConsentRequest) -> dict[str, Any]:
    """Return the members of the terms that a request names."""
    read: dict[str, Any] = {
        "accounts": tuple(sorted(set(wanted.accounts))), "products": tuple(sorted(set(wanted.products or ()))),
        "max_uses": wanted.max_uses, "service_name": wanted.service_name, "tier": wanted.tier,
        "categories": tuple(sorted(set(wanted.categories))), "sources": tuple(sorted(set(wanted.sources))),
        "data_from": wanted.data_from, "data_to": wanted.data_to, "fetch_type": wanted.fetch_type,
        "limits": tuple(Limit(one.count, one.unit, one.alignment) for one in wanted.limits or ()),
        "access_mode": wanted.access_mode, "data_life": wanted.data_life,
        "onward": tuple(sorted(set(wanted.onward_sharing))), "required_approvals": wanted.required_approvals,
        "persons": tuple(
            PersonItem(_person(work, one), one.role, tuple(sorted(set(one.categories)))) for one in wanted.pi_items
        ),
        "evidence": tuple(EvidenceItem(one.kind, one.sha256, one.size) for one in wanted.evidence),
    }  # fmt: skip
    spelled = {"onward": "onward_sharing", "persons": "pi_items"}
    named = {
        name: value for name, value in read.items()
        if spelled.get(name, name) in wanted.model_fields_set and value is not None
    }  # fmt: skip
    if wanted.authorization_details is not None:
        try:
            details = tuple(map(read_detail, wanted.authorization_details))
        except (ValueError, TypeError) as fault:
            raise DeniedError("invalid-terms", f"authorization_details: {fault}") from fault
        named["details"] = details
        named.setdefault("products", tuple(sorted({one for detail in details for one in detail.products})))
    return named


def _fitting(templates: list[Template], terms: Terms, named: frozenset[str]) -> Template | None:
    """Return the template that rules; where no fetch type is named, it is the template's own."""
    found = choose_template(templates, terms.institution, terms.purpose, terms.fetch_type, terms.products)
    if found is None or "fetch_type" in named or found.usual_fetch_type == terms.fetch_type:
        return found
    return choose_template(templates, terms.institution, terms.purpose, found.usual_fetch_type, terms.products)


def _shown(template: Template) -> dict[str, Any]:
    return {
        "purpose_text": template.purpose_text, "notice": template.notice, "template": template.id,
        "template_version": template.version, "withdrawal": template.withdrawal, "complaint": template.complaint,
    }  # fmt: skip


def _usual(template: Template, terms: Terms) -> dict[str, Any]:
    return {
        "fetch_type": template.usual_fetch_type, "access_mode": template.usual_access_mode,
        "data_life": template.usual_data_life, "legal_basis": template.legal_basis, "limits": template.frequency,
        "required_approvals": template.approvals, "obligations": template.obligations,
        "tier": "detail" if "detail" in template.tiers else template.tiers[0],
        "data_from": _reaching_back(terms.valid_from, template.history),
    }  # fmt: skip


def _reaching_back(moment: datetime, history: str | None) -> date | None:
    """Return the first day that lies within a history that ends at a moment."""
    if history is None:
        return None
    number, unit = read_duration(history)
    here = moment.astimezone(SHANGHAI)
    months = {"M": 1, "Y": 12}.get(unit)
    day = (
        months_after(here, -number * months) if months else here - timedelta(days=number * (7 if unit == "W" else 1))
    ).date()
    while reaches_beyond(history, day, here):  # of the 31st, a month back is the last of a shorter one
        day += timedelta(days=1)
    return day


def _owed(terms: Terms) -> tuple[Obligation, ...]:
    """Return the obligations as they fit the terms: nothing is to be deleted that may not be kept."""
    kept = terms.data_life != NONE
    return tuple(
        replace(one, within=terms.data_life) if one.kind == "delete_after" else one
        for one in terms.obligations if one.kind != "delete_after" or kept
    )  # fmt: skip
