"""An answer computed again, from the sealed records as they were known when it was given.

Only what this release can compute is computed: an answer of a card that was released here or is shipped, over the
tags that it ships. Its basis names both by digest; where either is not here, that is said, and nothing is compared with
something else. Of a joint answer the card's own part is computed again; whose models are not here is said.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from gateway.cards.in_force import find_card
from gateway.inquiries.answers import WATCHED
from gateway.inquiries.computing import compute_result, rules_digest, tags_of
from gateway.inquiries.extent import Extent
from gateway.inquiries.finding import find_own_inquiry
from gateway.inquiries.granting import grant_told, limits_of
from gateway.inquiries.health import load_health_sheet
from gateway.inquiries.outputs.policy import read_policy
from gateway.inquiries.portrait.erased import relations_erased
from gateway.inquiries.portrait.rules import PORTRAIT, load_portrait_sheet
from gateway.inquiries.published import MODEL
from gateway.inquiries.records.listing import MODEL as RECORDS_MODEL
from gateway.inquiries.shaping import Shape, shaped
from gateway.inquiries.views.values import MODEL as VIEW_MODEL
from gateway.inquiries.views.view import read_view, view_tags
from gateway.providers.registered import EMBEDDED
from gateway.quota.products import PRODUCTS, RECORDS, RISK_WATCH
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork
from scoring_adapter.scorecard import Scorecard
from signing.canonical import canonical_bytes
from signing.jws import payload_of

Outcome = Literal["equal", "different", "not-replayable"]


@dataclass(frozen=True)
class Difference:
    """A member of the answer that comes to something else now, by its path; None where it is not there."""

    member: str
    then: object
    now: object


@dataclass(frozen=True)
class Replay:
    """What came of it: equal to the byte, the differences, or in words why it, or what of it, is not computed again."""

    inquiry_id: UUID
    model: str
    outcome: Outcome
    why: str = ""
    differences: tuple[Difference, ...] = ()


async def replay_inquiry(work: UnitOfWork, inquiry_id: UUID) -> Replay:
    """Compute an inquiry's answer again and compare; that it was done is recorded.

    Raises DeniedError where there is no such inquiry, where it was not answered, and for whoever is no overseer.
    """
    if work.actor.kind not in {"auditor", "machine"}:
        raise DeniedError("insufficient-scope", "只有审计人员可以重算应答。Auditors alone compute answers again.")
    row = await find_own_inquiry(work, inquiry_id)
    answer = row.signed if row else None
    if row is None or answer is None or row.subject_id is None:
        raise DeniedError("inquiry-not-found")
    whole = payload_of(answer)
    told = own_part(whole)
    card = await find_card(work.session, told["model"])
    why = hindrance(told, card)
    if why:
        made = Replay(inquiry_id, told["model"], "not-replayable", why)
    else:
        moment = datetime.fromisoformat(told["issued_at"])
        grant = grant_told(told)
        limits = limits_of(grant, moment)
        result = await compute_result(
            work.session, row.subject_id, row.product, moment, as_then=True, limits=limits,
            compared_on=_compared_on(told), reading=told["basis"].get("reading"), card=card, protector=work.protector,
        )  # fmt: skip
        now = shaped(result, _shape_of(told, grant.extent)).members()
        now = {name: value for name, value in now.items() if told is whole or name != "policy"}
        found = compare(told, now)
        erased = await relations_erased(work.session, row.subject_id, told, moment) if found else ""
        made = Replay(
            inquiry_id, told["model"], "not-replayable" if erased else "different" if found else "equal",
            erased or _relayed(whole), () if erased else found,
        )  # fmt: skip
    payload = {"inquiry": str(inquiry_id), "differences": len(made.differences)}
    await work.record(
        "inquiry.recomputed", payload, subject=row.subject_id, outcome=made.outcome, exchange=inquiry_id
    )  # fmt: skip
    return made


def own_part(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an answer as the embedded card gave it: of a joint one its part, where it has one. Pure."""
    own = next((one for one in told.get("parts", ()) if one["provider"] == EMBEDDED), None)
    return told if own is None else {**{name: one for name, one in told.items() if name != "parts"}, **own}


def _relayed(told: Mapping[str, Any]) -> str:
    """Return which parts of a joint answer are not computed again, "" of any other answer. Pure."""
    names = [one["provider"] for one in told.get("parts", ()) if one["provider"] != EMBEDDED]
    if not names:
        return ""
    return f"联合应答中 {', '.join(names)} 由外部计算，此处没有其模型 parts whose models are not here"


def _compared_on(told: Mapping[str, Any]) -> date | None:
    """Return the day with whose scores an answer compares its own, or on which the risks were judged that it tells."""
    day = told["basis"]["as_of"] if told["outcome"] == WATCHED else told.get("industry", {}).get("day")
    return date.fromisoformat(day) if day else None


def _shape_of(told: Mapping[str, Any], extent: Extent) -> Shape:
    """Return how an answer was shown, as it says itself."""
    policy, salt = told.get("policy"), told["basis"].get("salt")
    salted = bytes.fromhex(salt) if salt else None
    return Shape(extent, read_policy(policy) if policy else None, salted, told["v"])


def compare(told: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Return what differs between the computed members of an answer, as told and as computed now; nothing where they
    are equal to the byte, in their canonical form. Pure.
    """
    return tuple(_differences({name: told.get(name) for name in now}, dict(now)))


def replay_document(made: Replay) -> dict[str, Any]:
    """Return a replay as the interface shows it."""
    return {
        "inquiry": str(made.inquiry_id), "model": made.model, "outcome": made.outcome, "why": made.why,
        "differences": [{"member": one.member, "then": one.then, "now": one.now} for one in made.differences],
    }  # fmt: skip


def hindrance(told: Mapping[str, Any], card: Scorecard | None) -> str:
    """Return why an answer cannot be computed again by this release, "" where it can; `card` is that of its model."""
    model = told["model"]
    if "parts" in told:
        return _relayed(told)
    if told["provider"] != EMBEDDED:
        return f"由外部提供方 {told['provider']} 计算，此处没有其模型 computed by a provider, whose model is not here"
    if told["product"] in PRODUCTS and PRODUCTS[told["product"]].public:
        return (
            "" if model == MODEL else f"此版本不能重列 {model} 的公示信息 this release does not list records as {model}"
        )
    if told["product"] == RECORDS:
        return _hindrance_of_records(told)
    if told["product"] == RISK_WATCH:
        return ""
    return _hindrance_of_score(told, card)


def _hindrance_of_score(told: Mapping[str, Any], card: Scorecard | None) -> str:
    if card is None:
        model = told["model"]
        return f"此处没有评分卡 {model}，不能重算 this release does not compute answers of {model}: it has no such card"
    tags = tags_of(card, told["product"])
    if told["basis"]["tags"] != tags.digest():
        version = told["tag_catalogue"]["version"]
        return (
            f"标签定义此后有改动：当时为第 {version} 版，现为第 {card.tags.version} 版 "
            f"the tags were declared otherwise then: version {version}, now {card.tags.version}"
        )
    if "rules" in told["basis"] and told["basis"]["rules"] != rules_digest():
        return (
            "提升、行业的规则或等级的名称此后有改动 the rules of what would raise, or of industries, or the names of "
            "levels, were declared otherwise then"
        )
    if "sheet" in told["basis"] and told["basis"]["sheet"] != _sheet_of(told["product"]):
        zh, en = ("画像", "portrait") if told["product"] == PORTRAIT else ("体检", "health check")
        return f"{zh}规则或数据目录此后有改动 the rules of the {en}, or its datasets, were declared otherwise then"
    return ""


def _sheet_of(product: str) -> str:
    """Return the digest of the rules that answers of a product are made by now."""
    return load_portrait_sheet().digest if product == PORTRAIT else load_health_sheet().digest


def _hindrance_of_records(told: Mapping[str, Any]) -> str:
    view = read_view(told["scope"].get("view"))
    if told["model"] != (RECORDS_MODEL if view is None else VIEW_MODEL):
        return f"此版本不能重列 {told['model']} 的记录 this release does not list records as {told['model']}"
    if view is not None and told["basis"]["tags"] != view_tags(view.tag_ids).digest():
        return "视图所含标签的定义此后有改动 the tags of the view were declared otherwise then"
    return ""


def _differences(then: object, now: object, path: str = "") -> Iterator[Difference]:
    """Yield what differs, as deep as objects go; of lists, what is in one of them alone."""
    if canonical_bytes(then) == canonical_bytes(now):
        return
    if isinstance(then, dict) and isinstance(now, dict):
        for name in sorted({*then, *now}):
            yield from _differences(then.get(name), now.get(name), f"{path}.{name}" if path else name)
    elif isinstance(then, list) and isinstance(now, list):
        gone, come = [one for one in then if one not in now], [one for one in now if one not in then]
        yield Difference(path, gone, come)
    else:
        yield Difference(path, then, now)
