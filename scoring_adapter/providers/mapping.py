"""A question in a provider's words, and its answer in ours: integers alone, and only an answer to it. Pure."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from scoring_adapter.card import HIGHEST
from scoring_adapter.errors import ProviderAnswerError
from scoring_adapter.providers.terms import AnswerMap, Terms

LONGEST_WORD, MOST_REASONS, LONGEST_REASON = 200, 20, 500


class Question(msgspec.Struct, frozen=True):
    """One question: the inquiry's id, the subject's USCC, product, purpose, and the date the score is of."""

    inquiry: str
    subject: str
    product: str
    purpose: str
    as_of: str


class RelayAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A provider's answer; it repeats inquiry and subject, so that answers cannot be mixed up."""

    inquiry: str
    subject: str
    score: int
    band: str
    model: str
    reasons: list[str] = []


class Statement(msgspec.Struct, frozen=True):
    """What a provider sent, and its signature beside it; `version` is that of the terms, which name the key."""

    version: int
    body: bytes
    signature: str


class SignedAnswer(RelayAnswer, frozen=True):
    """A provider's answer that it signed."""

    statement: Statement | None = None


_NUMBER = re.compile(r"-?[0-9]{1,10}(\.[0-9]{1,10})?")
_OURS = msgspec.json.Decoder(RelayAnswer)
_THEIRS = msgspec.json.Decoder(float_hook=Decimal)  # 7.1 is 7.1: no score goes through a binary fraction


def write_question(terms: Terms, question: Question) -> bytes:
    """Return a question as the provider is asked it."""
    if terms.question is None:
        return msgspec.json.encode(question)
    written: dict[str, Any] = {}
    for pointer, source in terms.question.items():
        *path, last = _tokens(pointer)
        place = written
        for token in path:
            place = place.setdefault(token, {})
        place[last] = getattr(question, source)
    return msgspec.json.encode(written)


def read_answer(name: str, terms: Terms, question: Question, body: bytes) -> RelayAnswer:
    """Return what a provider answered, in our words.

    Raises ProviderAnswerError for another shape, another subject or inquiry, or a score out of range. The message holds
    nothing of what the provider sent.
    """
    try:
        if terms.answer is None:
            answer, of_inquiry = _OURS.decode(body), True
            score = answer.score if 0 <= answer.score <= HIGHEST else None
        else:
            read = _THEIRS.decode(body)
            answer, of_inquiry = _read(terms.answer, name, question, read), bool(terms.answer.inquiry)
            score = _scaled(terms.answer, _at(read, terms.answer.score))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, _ShapeError) as fault:
        raise ProviderAnswerError("shape", f"{name} 的答复格式与约定不符 sent another shape than agreed") from fault
    if answer.subject != question.subject or (of_inquiry and answer.inquiry != question.inquiry):
        raise ProviderAnswerError("subject", f"{name} 答的是另一个问题 answered another question")
    if score is None:
        raise ProviderAnswerError("range", f"{name} 的评分不在约定的范围内 gave a score outside what is agreed")
    if max(map(len, (answer.band, answer.model))) > LONGEST_WORD or len(answer.reasons) > MOST_REASONS:
        raise ProviderAnswerError("shape", f"{name} 的答复超长 sent more words than agreed")
    if any(len(one) > LONGEST_REASON for one in answer.reasons):
        raise ProviderAnswerError("shape", f"{name} 的答复超长 sent more words than agreed")
    return _ours(terms.answer, answer, score)


class _ShapeError(Exception):
    """Something is not there, or of another kind."""


def _read(agreed: AnswerMap, name: str, question: Question, read: object) -> RelayAnswer:
    reasons = _at(read, agreed.reasons) if agreed.reasons else []
    if not isinstance(reasons, list) or not all(isinstance(one, str) for one in reasons):
        raise _ShapeError
    return RelayAnswer(
        _word(read, agreed.inquiry) if agreed.inquiry else question.inquiry, _word(read, agreed.subject), 0,
        _word(read, agreed.band) if agreed.band else "", _word(read, agreed.model) if agreed.model else name, reasons,
    )  # fmt: skip


def _ours(agreed: AnswerMap | None, answer: RelayAnswer, score: int) -> RelayAnswer:
    bands = agreed.bands if agreed else ()
    band = next((one.band for one in bands if score >= one.least), answer.band)
    return msgspec.structs.replace(answer, score=score, band=band)


def _scaled(agreed: AnswerMap, given: object) -> int | None:
    """Return a score as one of ours, rounded down; None where it is out of range, or finer than agreed."""
    if isinstance(given, bool) or not isinstance(given, int | Decimal | str):
        raise _ShapeError
    if isinstance(given, str) and not _NUMBER.fullmatch(given):
        raise _ShapeError
    try:
        units = Decimal(given).scaleb(agreed.decimals)
    except ArithmeticError:  # as far out of range as no number here goes
        return None
    if not agreed.lowest <= units <= agreed.highest or units != int(units):
        return None
    return (int(units) - agreed.lowest) * HIGHEST // (agreed.highest - agreed.lowest)


def _word(read: object, pointer: str) -> str:
    found = _at(read, pointer)
    if not isinstance(found, str):
        raise _ShapeError
    return found


def _at(read: object, pointer: str) -> object:
    for token in _tokens(pointer):
        if not isinstance(read, Mapping) or token not in read:
            raise _ShapeError
        read = read[token]
    return read


def _tokens(pointer: str) -> list[str]:
    return [one.replace("~1", "/").replace("~0", "~") for one in pointer.split("/")[1:]]
