"""The parts of a joint answer laid out for people: what each said, who did not answer and why, what counts. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.console.words import Words
from gateway.inquiries.answer_sheet import Reason, lay_out
from gateway.inquiries.answers import MISSING
from gateway.providers.registered import EMBEDDED


@dataclass(frozen=True)
class PartShown:
    """A part as it is shown: its name, what is agreed of it, and what it said; `fault` is why it said nothing, "" where
    it did. `met` is whether its score is as high as the output policy's flag, None where that is not what is told.
    """

    name: str
    required: bool
    counted: bool
    weight_ppm: int
    score: int | None
    band: str
    model: str
    reasons: Sequence[Reason]
    fault: str
    met: bool | None


@dataclass(frozen=True)
class PartsShown:
    """The parts of a joint answer, by which rule they come together, whether they stand `beside` each other alone, and
    whether it is partial and was charged.
    """

    rule: str
    beside: bool
    partial: bool
    charged: bool
    parts: Sequence[PartShown]


def parts_of(statement: Mapping[str, Any], words: Words) -> PartsShown | None:
    """Return the parts of a joint answer in the visitor's language; None of any other answer."""
    if "parts" not in statement:
        return None
    rule = words(f"joint-rule-{statement['rule']['kind']}")
    parts = [_part(statement, one, words) for one in statement["parts"]]
    beside = statement["rule"]["kind"] == "beside"
    return PartsShown(rule, beside, statement["partial"], statement["charged"], parts)


def _part(statement: Mapping[str, Any], one: Mapping[str, Any], words: Words) -> PartShown:
    name = words("joint-card") if one["provider"] == EMBEDDED else one["provider"]
    agreed = (name, one["required"], one["counted"], one["weight_ppm"])
    if one["outcome"] == MISSING:
        return PartShown(*agreed, None, "", "", (), words(f"provider-fault-{one['fault']}"), None)
    sheet = lay_out({**statement, **one}, words)
    met = sheet.flag[1] if sheet.flag else None
    return PartShown(*agreed, sheet.score, sheet.band_name, sheet.model, sheet.reasons or (), "", met)
