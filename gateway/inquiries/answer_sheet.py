"""A signed answer laid out for people: the score on its scale, reasons, what was not computable and why. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.catalogue.load import datasets
from gateway.console.chart import Chart, Series
from gateway.console.words import Words
from gateway.inquiries.answers import RECORDS
from gateway.inquiries.bases.words import basis_in_words
from gateway.inquiries.extent import read_extent
from gateway.inquiries.extent_words import scope_in_words, withheld_in_words
from gateway.inquiries.outputs.words import withheld_by_policy
from gateway.inquiries.shaping import DETAILS
from gateway.scores.tag_words import value_of
from scoring_adapter.card import HIGHEST
from scoring_adapter.published import Published, find_published
from scoring_adapter.score import COMPUTABLE
from scoring_adapter.scorecard import codes_of, load_scorecard
from scoring_adapter.shown import said
from scoring_adapter.tags.declaration import Words as Named

BANDS = ("excellent", "good", "fair", "poor")
_WHY = {
    "no-feed": "answer-no-feed-of", "stale": "answer-stale-of", "granularity": "answer-granularity-of",
    "withheld": "answer-withheld-of",
}  # fmt: skip


@dataclass(frozen=True)
class Stretch:
    """A band on the scale: from where to where, whether the score lies in it."""

    band: str
    name: str
    begins: int
    ends: int
    here: bool


@dataclass(frozen=True)
class Reason:
    """What weighed: points (None where the provider tells none), in words, the tag, which step of the card it is on
    ("" where that is not told), the most points that the tag can bring.
    """

    points: int | None
    text: str
    code: str
    step: str = ""
    best: int | None = None

    @property
    def weight(self) -> str:
        """The points as they are shown."""
        return weight(self.points)


@dataclass(frozen=True)
class Missing:
    """What could not be computed, why, and its code."""

    name: str
    why: str
    code: str


@dataclass(frozen=True)
class Lacking:
    """A dimension of which too little is known for a score, out of how many datasets, and of how many it should be."""

    name: str
    known: int
    needed: int


@dataclass(frozen=True)
class Finding:
    """One line of a health check: what was looked at, its value, what it brought; None where it is not computable."""

    name: str
    value: str
    points: int | None
    computable: bool
    code: str

    @property
    def weight(self) -> str:
        """The points as they are shown."""
        return weight(self.points)

    @property
    def rank(self) -> int:
        """Where it stands among others: what lowers the score first, then what raises it, is unknown, or neither."""
        return 2 if not self.computable else 3 if not self.points else 0 if self.points < 0 else 1


@dataclass(frozen=True)
class Listed:
    """A published record: of which dataset, by which agency, whether it is objected to, its fields by their names."""

    title: str
    agency: str
    objected: bool
    fields: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Sheet:
    """An answer as it is shown. `scale` is empty where the bands of its model are not known here; `sections` are a
    health check's findings by dimension, and `objected` what is being objected to, by the dataset's title. `scope` is
    which data it rests on, `withheld` what of it is not told; reasons and `missing` are None then; `base` is what
    reasons add to. `kind` is what it is and `use` what it may be used for ("" of older answers); `form` that of the
    output policy, `flag` the score that it takes, and whether it is met. `basis` is what it rests on; `published` the
    records of published ones, by `counts` of their datasets; None of others.
    """

    score: int | None
    band: str
    band_name: str
    scale: Sequence[Stretch]
    reasons: Sequence[Reason] | None
    base: int | None
    missing: Sequence[Missing] | None
    lacking: Sequence[Lacking]
    computed: tuple[int, int] | None
    sections: Sequence[tuple[str, Sequence[Finding]]]
    dimensions: Chart | None
    objected: Sequence[tuple[str, int]]
    model: str
    inputs: str
    as_of: str
    issued_at: datetime
    expires_at: datetime
    entry: str
    scope: str
    withheld: Sequence[str]
    kind: str
    use: str
    form: str
    flag: tuple[int, bool | None] | None
    basis: str
    counts: Sequence[tuple[str, int]] | None
    published: Sequence[Listed]


def lay_out(statement: Mapping[str, Any], words: Words) -> Sheet:
    """Lay an answer's statement out in the visitor's language."""
    score, band, card = statement.get("score"), str(statement.get("band") or ""), find_published(statement["model"])
    missing = [_missing(one, card, words) for one in statement.get("not_computable", ())]
    extent = read_extent(statement.get("scope"))
    told, flag = statement.get("policy"), statement.get("flag")
    hidden = set(told["withheld"]) if told else set()
    hidden |= DETAILS if extent.tier == "basic" else set()
    sections = _sections(statement.get("tags") or [], card, words)
    return Sheet(
        score=score,
        band=band if band in BANDS else "none",
        band_name=band_name(band, card, words),
        scale=_scale(card, score, words) if card and score is not None else (),
        reasons=None if "reasons" in hidden else [_reason(one, words) for one in statement.get("reasons", ())],
        base=statement.get("card", {}).get("base") if "reasons.points" not in hidden else None,
        missing=None if "not_computable" in hidden else missing,
        lacking=[_lacking(one, words) for one in statement.get("missing", ())],
        computed=(len(card.tags) - len(missing), len(card.tags)) if card and "not_computable" not in hidden else None,
        sections=sections,
        dimensions=_dimensions(sections, words) if sections and "tags.points" not in hidden else None,
        objected=[(words.titles.dataset(name), many) for name, many in statement.get("objected", {}).items()],
        model=statement["model"],
        inputs=statement["inputs"],
        as_of=statement.get("basis", {}).get("as_of", ""),
        issued_at=datetime.fromisoformat(statement["issued_at"]),
        expires_at=datetime.fromisoformat(statement["expires_at"]),
        entry=statement["entry"],
        scope=scope_in_words(extent, words),
        withheld=[*withheld_in_words(statement.get("withheld", ()), words), *withheld_by_policy(told, words)],
        form=told["form"] if told else "raw",
        flag=(flag["at_least"], flag["met"]) if flag else None,
        kind=statement.get("kind", {}).get(words.language, ""),
        use=statement.get("use", {}).get(words.language, ""),
        basis=basis_in_words(statement.get("legal_basis") or {"kind": "consent"}, words),
        counts=[(words.titles.dataset(name), many) for name, many in statement["counts"].items()]
        if "counts" in statement
        else []
        if statement.get("outcome") == RECORDS  # answers of the first card had none
        else None,
        published=[_listed(one, words) for one in statement.get("published", ())],
    )


def weight(points: int | None) -> str:
    """Return points with their sign; a dash where there are none to tell."""
    return "—" if points is None else f"{points:+d}".replace("-", "\u2212") if points else "0"


def _listed(one: Mapping[str, Any], words: Words) -> Listed:
    known = datasets().get(one["dataset"])
    fields = [(words.either(known.fields[name].zh, name) if known and name in known.fields else name, _plain(value))
              for name, value in one["fields"].items()]  # fmt: skip
    said = words.language
    return Listed(str(one["title"][said]), str(one["agency_name"][said]), one["objected"], fields)


def _plain(value: object) -> str:
    return "；".join(map(str, value)) if isinstance(value, list) else str(value)


def band_name(band: str, card: Published | None, words: Words) -> str:
    """Return what a band is called; of a model that is not known here, its code."""
    if not band:
        return words("band-none")
    found = next((one for one in card.bands if one.id == band), None) if card else None
    return _said(found.name, words) if found else band


def _said(name: Named, words: Words) -> str:
    return words.either(name.zh, name.en)


def _scale(card: Published, score: int, words: Words) -> list[Stretch]:
    ends, stretches = HIGHEST, []
    for band in card.bands:  # from the best down
        stretches.append(Stretch(band.id, _said(band.name, words), band.from_, ends, band.from_ <= score < ends or (
            score == ends == HIGHEST)))  # fmt: skip
        ends = band.from_
    return stretches[::-1]


def _reason(one: Mapping[str, Any] | str, words: Words) -> Reason:
    if isinstance(one, str):  # a provider's own words
        return Reason(None, one, "")
    text = str(one[words.language])
    if one["points"] is not None:
        text = text.rpartition(words.either("（", " ("))[0]  # the points stand beside it
    return Reason(one["points"], text, one["tag"], one.get("code", ""), one.get("best"))


def _missing(one: Mapping[str, Any] | str, card: Published | None, words: Words) -> Missing:
    """Lay out a tag that was not computable: of the first answers its code alone, which had no feed."""
    code, status = (one, "no-feed") if isinstance(one, str) else (one["tag"], one["status"])
    name, of = card.tags.get(code, (None, ())) if card else (None, ())
    if name is None:
        return Missing(code, words("answer-no-feed"), code)
    known = [dataset for dataset in of if dataset in datasets()]
    if not known:
        return Missing(_said(name, words), words("answer-no-feed"), code)
    agencies = dict.fromkeys(words.titles.agency(datasets()[dataset].agency) for dataset in known)
    told = {"dataset": words.listed(map(words.titles.dataset, known)), "agency": words.listed(agencies)}
    return Missing(_said(name, words), words(_WHY[status], **told), code)


def _lacking(one: Mapping[str, Any], words: Words) -> Lacking:
    return Lacking(str(one["name"][words.language]), one["known"], one["needed"])


def _sections(
    findings: Sequence[Mapping[str, Any]], card: Published | None, words: Words
) -> list[tuple[str, list[Finding]]]:  # fmt: skip
    found: dict[str, list[Finding]] = {}
    for one in findings:
        finding = Finding(
            one["name"][words.language], value_text(one, words), one["points"], _is_computable(one), one["tag"]
        )  # fmt: skip
        found.setdefault(one["dimension"], []).append(finding)
    names = {code: _said(name, words) for code, name in card.dimensions.items()} if card else {}
    return [(names.get(code, code), sorted(listed, key=lambda one: one.rank)) for code, listed in found.items()]


def _is_computable(one: Mapping[str, Any]) -> bool:
    """Tell whether a tag was computed: the first answers said so, later ones say how it stands."""
    return bool(one["computable"]) if "computable" in one else one["status"] in COMPUTABLE


def value_text(one: Mapping[str, Any], words: Words) -> str:
    """Return a tag's value with its unit, of the first answers without; a level by its name, where that is known."""
    value, unit = one["value"], one.get("unit")
    if value is None:
        return words("answer-no-value")
    tag = load_scorecard().tags.by_id.get(one["tag"])
    if unit == "level" and tag and value in (codes := list(codes_of(tag, load_scorecard().tags))):
        return value_of(words, tag, codes.index(value) + 1)
    if tag and tag.operator == "age" and isinstance(value, int):
        return value_of(words, tag, value)
    return str(value) if unit is None else _said(said(unit, value), words)


def _dimensions(sections: Sequence[tuple[str, Sequence[Finding]]], words: Words) -> Chart:
    """Return the points of each dimension as bars: what lowers the score most is the finding."""
    totals = [(name, sum(one.points or 0 for one in listed)) for name, listed in sections]
    worst, points = min(totals, key=lambda pair: pair[1])
    finding = words("answer-worst", dimension=worst, points=weight(points)) if points < 0 else words("answer-no-loss")
    return Chart(
        "dimensions", "across", finding, [name for name, _ in totals],
        [Series(words("answer-points"), [points for _, points in totals])], words("answer-points-unit"),
    )  # fmt: skip
