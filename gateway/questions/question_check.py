"""Whether a question of a statement is what its entries record. Pure.

An entry whose payload was erased says who, when, about whom and how it ended; what was asked for is then the gateway's
word alone.
"""

from collections.abc import Mapping
from typing import Any

from audit.entry_proof import ProvedEntry
from gateway.questions.errors import QuestionsProofError

ENDS = {
    "answered": {"inquiry.answered"}, "denied": {"inquiry.denied"}, "failed": {"inquiry.denied", "inquiry.expired"},
    "open": set[str](),
}  # fmt: skip
BEGINS = "inquiry.admitted"
AGAIN = "inquiry.replayed"


def check_question(question: dict[str, Any], statement: dict[str, Any], entries: Mapping[str, ProvedEntry]) -> None:
    """Compare a question with its entries, as far as they are proved. Raises QuestionsProofError."""
    if question["kind"] == "consent-request":
        _compare(question["kind"], [one["type"] for one in question["entries"]], ["consent.requested"])
    else:
        _check_types(question)
    for named in question["entries"]:
        if entry := entries.get(named["entry"]):
            _check_entry(question, named["type"], entry, statement["about"]["codes"])
    for told in question["usage"]:
        if entry := entries.get(told["entry"]):
            _check_usage(question, told, entry)


def basis_told(told: Mapping[str, Any]) -> tuple[str, str | None]:
    """Return the kind of basis that an answer rests on and its duty; one of before that was told rests on a consent."""
    basis = told.get("legal_basis") or {"kind": "consent"}
    return basis["kind"], basis.get("duty")


def _check_types(question: dict[str, Any]) -> None:
    """It was begun at most once, ended at most once, as its outcome says, and was answered again only once answered."""
    types = [one["type"] for one in question["entries"] if one["type"] != AGAIN]
    ends = [name for name in types if name != BEGINS]
    sound = len(ends) == 1 and ends[0] in ENDS[question["outcome"]] if question["outcome"] != "open" else not ends
    if not types or not sound or types.count(BEGINS) > 1 or types[0] not in {BEGINS, *ends}:
        raise QuestionsProofError(f"条目与结果不符 entries and outcome differ: {question['id']}")


def _check_entry(question: dict[str, Any], named: str, entry: ProvedEntry, codes: list[str]) -> None:
    leaf, what = entry.leaf, str(question["id"])
    _compare(what, leaf["type"], named)
    _compare(what, leaf["exch"], question["id"])
    _compare(what, leaf.get("institution"), question["institution"])
    if named == "consent.requested":
        _compare(what, leaf["actor"], question["account"])
    else:
        _compare(what, leaf.get("account"), question["account"])
    if named in {"inquiry.answered", "inquiry.denied", "inquiry.expired"}:
        _compare(what, leaf["outcome"], question["reason"] or question["outcome"])
    payload = entry.payload
    if payload is None or named in {BEGINS, AGAIN, "inquiry.expired"}:
        return
    if payload["subject"] not in codes:
        raise QuestionsProofError(f"条目是另一企业的 an entry is about another enterprise: {what}")
    if named == "consent.requested":
        return
    _compare(what, payload.get("person"), question.get("person"))
    asked = ("intermediary", "purpose", "provider")
    _compare(what, [payload[name] for name in asked], [question[name] for name in asked])
    _compare(what, [payload["product"]], question["products"])
    if named == "inquiry.answered":
        _compare(what, payload["consent"], question["consent"])
        _compare(what, basis_told(payload), basis_told(question))
        _compare(what, payload["units"], question["units"])
    elif len(question["entries"]) == 1:  # one that was admitted first has the consent it was admitted on
        _compare(what, payload["named"], question["consent"]["id"] if question["consent"] else None)


def _check_usage(question: dict[str, Any], told: dict[str, Any], entry: ProvedEntry) -> None:
    what = f"{question['id']} usage"
    _compare(what, [entry.leaf["type"], entry.leaf.get("account")], ["usage.reported", told["account"]])
    _compare(what, entry.leaf["outcome"], told["content"]["outcome"])
    if (payload := entry.payload) is not None:
        _compare(what, [payload["inquiry"], payload["version"]], [question["id"], told["version"]])
        _compare(what, {name: payload.get(name) for name in told["content"]}, told["content"])


def _compare(what: str, recorded: object, stated: object) -> None:
    if recorded != stated:
        raise QuestionsProofError(f"与条目不符 differs from its entry: {what}: {stated!r}, recorded {recorded!r}")
