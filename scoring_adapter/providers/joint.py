"""A joint answer: which providers are asked together, which of them must answer, and what their answers come to. Pure.

A part is an outside provider or the embedded card. Whole numbers alone decide: weights are parts per million, and a
mean is rounded down, so that it comes to the same wherever it is worked out.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from scoring_adapter.card import HIGHEST
from scoring_adapter.providers.terms import LIMITS, LONGEST_BAND, MOST_BANDS, Band, Provider, fault_of_bands

EMBEDDED = "embedded"  # the gateway's own card, which may be a part as well
Rule = Literal["weighted-mean", "worst-band", "beside"]
RULES: tuple[Rule, ...] = ("weighted-mean", "worst-band", "beside")
LEAST_PARTS, MOST_PARTS = 2, 8
WHOLE_PPM = 1_000_000


@dataclass(frozen=True)
class Part:
    """One of those that are asked: whether nothing is answered without it, and what it weighs in a mean."""

    provider: str
    required: bool = False
    weight_ppm: int = 0


@dataclass(frozen=True)
class JointTerms:
    """What is agreed of a joint answer. All parts together have `time_ms`; where some did not answer, it is charged
    only with `charge_partial`.

    `weighted-mean`: the mean of the scores, by the weights of those that gave one; `bands` name it. `worst-band`: the
    worst of the parts' own bands, by `order`, the best first. `beside`: no common score, each stands for itself.
    """

    parts: tuple[Part, ...]
    rule: Rule
    time_ms: int = 3000
    charge_partial: bool = True
    bands: tuple[Band, ...] = ()
    order: tuple[str, ...] = ()

    def members(self) -> dict[str, Any]:
        """Return the terms as they are stored, shown and logged."""
        return {
            "parts": [asdict(one) for one in self.parts], "rule": self.rule, "time_ms": self.time_ms,
            "charge_partial": self.charge_partial, "bands": [asdict(one) for one in self.bands],
            "order": list(self.order),
        }  # fmt: skip


@dataclass(frozen=True)
class Joint:
    """A joint answer as it is asked for: its name, the terms in force and their version, and those of its parts that
    may be asked now.
    """

    name: str
    version: int
    terms: JointTerms
    serving: Mapping[str, Provider]

    def missing(self) -> list[str]:
        """Return the parts that are suspended."""
        return [
            one.provider for one in self.terms.parts if one.provider != EMBEDDED and one.provider not in self.serving
        ]

    def missing_required(self) -> list[str]:
        """Return the parts that are suspended and without which nothing is answered."""
        required = {one.provider for one in self.terms.parts if one.required}
        return [one for one in self.missing() if one in required]


def joint_terms_of(members: Mapping[str, Any]) -> JointTerms:
    """Return terms as they were stored."""
    return JointTerms(
        tuple(Part(**one) for one in members["parts"]), members["rule"], members["time_ms"], members["charge_partial"],
        tuple(Band(**one) for one in members["bands"]), tuple(members["order"]),
    )  # fmt: skip


def fault_of_joint(terms: JointTerms) -> str | None:
    """Return what is wrong with terms, None where nothing is."""
    names = [one.provider for one in terms.parts]
    if not LEAST_PARTS <= len(names) <= MOST_PARTS or len(set(names)) != len(names):
        return f"`parts` 须为 {LEAST_PARTS} 到 {MOST_PARTS} 个不同的提供方 so many different providers"
    if terms.rule not in RULES:
        return f"`rule` 须为 one of {', '.join(RULES)}"
    least, most = LIMITS["time_ms"]
    if not least <= terms.time_ms <= most:
        return f"`time_ms` 须为 {least} 到 {most} a whole number of {least} to {most}"
    return _fault_of_weights(terms) or _fault_of_words(terms)


def _fault_of_weights(terms: JointTerms) -> str | None:
    weights = [one.weight_ppm for one in terms.parts]
    if terms.rule != "weighted-mean":
        return "`weight_ppm` 仅 weighted-mean 可写 is for weighted-mean alone" if any(weights) else None
    if min(weights) < 1 or sum(weights) != WHOLE_PPM:
        return f"`weight_ppm` 每个至少为 1，合计 {WHOLE_PPM} each 1 at least, {WHOLE_PPM} together"
    return None


def _fault_of_words(terms: JointTerms) -> str | None:
    if bool(terms.bands) != (terms.rule == "weighted-mean"):
        return "`bands` 为 weighted-mean 写明，别的不写 named for weighted-mean, and for nothing else"
    if bool(terms.order) != (terms.rule == "worst-band"):
        return "`order` 为 worst-band 写明，别的不写 named for worst-band, and for nothing else"
    if len(set(terms.order)) != len(terms.order) or len(terms.order) > MOST_BANDS:
        return f"`order` 至多 {MOST_BANDS} 个，各不相同 different bands, so many at most"
    if not all(one.strip() and len(one) <= LONGEST_BAND for one in terms.order):
        return f"`order`：每个 1 到 {LONGEST_BAND} 字 each of 1 to {LONGEST_BAND} characters"
    return fault_of_bands(terms.bands, "bands")


@dataclass(frozen=True)
class Common:
    """What the answers of parts come to: None where there is nothing to tell; `counted` are those it is made of."""

    score: int | None
    band: str | None
    counted: frozenset[str]


def combine(terms: JointTerms, given: Mapping[str, tuple[int, str]]) -> Common:
    """Return what the scores (0 to 1000) and bands of the parts that gave one come to by the rule."""
    counted = frozenset(given)
    if terms.rule == "beside" or not given:
        return Common(None, None, frozenset() if terms.rule == "beside" else counted)
    if terms.rule == "worst-band":
        return Common(None, max((band for _, band in given.values()), key=terms.order.index), counted)
    weights = {one.provider: one.weight_ppm for one in terms.parts if one.provider in given}
    score = sum(given[name][0] * weight for name, weight in weights.items()) // sum(weights.values())
    assert 0 <= score <= HIGHEST, "a mean lies between what it is made of"  # noqa: S101
    return Common(score, next(one.band for one in terms.bands if score >= one.least), counted)


def is_rankable(terms: JointTerms, band: str) -> bool:
    """Tell whether a part's own band has its place in the order that decides."""
    return terms.rule != "worst-band" or band in terms.order
