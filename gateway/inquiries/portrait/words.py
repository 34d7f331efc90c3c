"""A portrait laid out for people: its dimensions, its network around one of its parties, what changed. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.console.chart import Chart, Series
from gateway.console.words import NOTHING, Words
from gateway.inquiries.answer_sheet import weight
from gateway.inquiries.portrait.banding import BANDS
from gateway.inquiries.portrait.graph import Graph, graph_of
from gateway.inquiries.portrait.known import KNOWN, OWN
from gateway.network.words import percent

RIM = 150  # points at the rim of the radar, where no dimension has more
STATUSES = ("told", "unknown", "withheld")
REGISTRATION_STATUSES = ("compared", "no-earlier-record", "no-record", "withheld")


@dataclass(frozen=True)
class Dimension:
    """A dimension: its points, how many figures could be computed, what stands behind it; None of what is not told."""

    code: str
    name: str
    status: str
    points: str
    computed: str
    held: int | None
    latest: str
    behind: str


@dataclass(frozen=True)
class Relation:
    """A line of the table of relations: who, how, whom, which share, since when and until when."""

    source: str
    kind: str
    target: str
    share: str
    position: str
    starts: str
    ends: str


@dataclass(frozen=True)
class Network:
    """The network: what was found in lines of a label and texts, the drawing, the relations, and what is not told."""

    withheld: bool = False
    cut: bool = False
    parties: int = 0
    findings: Sequence[tuple[str, Sequence[str]]] = ()
    graph: Graph | None = None
    relations: Sequence[Relation] = ()
    untold: Sequence[str] = ()
    unsaid: str = ""  # why nothing is said of relations where none is listed


@dataclass(frozen=True)
class Changes:
    """What changed from a day to another: relations that came, ended or have another share, registration, filings."""

    begins: str
    ends: str
    unsaid: str  # why nothing is said of relations, "" where it is
    came: Sequence[Relation]
    left: Sequence[Relation]
    shares: Sequence[tuple[str, str, str]]
    registration: str
    fields: Sequence[tuple[str, str, str]]
    filed: Sequence[tuple[str, str]]
    filed_number: int | None
    unfiled: str  # why nothing is said of filings


@dataclass(frozen=True)
class Portrait:
    """A portrait as it is shown; None of what its answer does not tell."""

    radar: Chart | None
    dimensions: Sequence[Dimension]
    network: Network | None
    changes: Changes | None


def lay_out_portrait(statement: Mapping[str, Any], words: Words, centre: str = "") -> Portrait | None:
    """Lay a portrait out in the visitor's language, its drawing around a party, the enterprise where none is named."""
    if not {"dimensions", "network", "changes"} & statement.keys():
        return None
    lines, network = statement.get("dimensions", ()), statement.get("network")
    names = party_names(statement, words)
    changes = statement.get("changes")
    return Portrait(
        _radar(lines, words), [_dimension(one, words) for one in lines],
        _network(statement, network, names, words, centre) if network else None,
        _changes(changes, names, words) if changes else None,
    )  # fmt: skip


def party_names(statement: Mapping[str, Any], words: Words) -> dict[str, str]:
    """Return what each party of a portrait is called."""
    network = statement.get("network") or {}
    told = [*network.get("parties", ()), *network.get("same_address", {}).get("enterprises", ())]
    return {one["id"]: one["name"] or id_text(one["id"], words) for one in told}


def id_text(party: str, words: Words) -> str:
    """Return a party without a name: its code, or what it is with its number."""
    kind, _, number = party.rpartition("-")
    return words(f"portrait-party-{kind}", number=number) if kind else party  # texts of parties.KINDS


def share_text(share: int | str | None, words: Words) -> str:
    """Return a share, or its band, as people read it."""
    return words(f"portrait-band-{share}") if share in BANDS else percent(share if isinstance(share, int) else None)


def _radar(lines: Sequence[Mapping[str, Any]], words: Words) -> Chart | None:
    points = [one["points"] for one in lines if one.get("points") is not None]
    if not points:
        return None
    worst = min((one for one in lines if one.get("points") is not None), key=lambda one: one["points"])
    name = str(worst["name"][words.language])
    finding = (
        words("answer-worst", dimension=name, points=weight(worst["points"]))
        if worst["points"] < 0 else words("answer-no-loss")
    )  # fmt: skip
    rim = max(RIM, *map(abs, points))
    return Chart(
        "portrait", "radar", finding, [str(one["name"][words.language]) for one in lines],
        [Series(words("answer-points"), [one["points"] for one in lines])], words("answer-points-unit"),
        least=-rim, most=rim,
    )  # fmt: skip


def _dimension(one: Mapping[str, Any], words: Words) -> Dimension:
    behind = words.listed(
        words("portrait-behind", category=each["name"][words.language], held=each["held"])
        for each in one.get("behind", ())
    )  # fmt: skip
    computed = one.get("computed")
    return Dimension(
        one["dimension"], str(one["name"][words.language]), words(f"portrait-status-{one['status']}"),
        weight(one.get("points")), f"{computed[0]} / {computed[1]}" if computed else NOTHING, one.get("held"),
        words.day(one["latest"]) if one.get("latest") else NOTHING, behind or NOTHING,
    )  # fmt: skip


def _network(
    statement: Mapping[str, Any], network: Mapping[str, Any], names: Mapping[str, str], words: Words, centre: str
) -> Network:
    if network["status"] == "withheld":
        return Network(withheld=True)
    edges = network["edges"]

    def shares(share: int | str | None) -> str:
        return share_text(share, words)

    return Network(
        cut=network["cut"], parties=len(network["parties"]) - 1, findings=_findings(network, names, words),
        graph=graph_of(network, names, statement["subject"], centre, shares) if edges else None,
        relations=[relation_of(one, names, words) for one in edges],
        untold=[str(one[words.language]) for one in network["not_computable"]],
        unsaid=_unsaid(_status_of(network), words),
    )  # fmt: skip


def _findings(network: Mapping[str, Any], names: Mapping[str, str], words: Words) -> list[tuple[str, Sequence[str]]]:
    def had(rows: Sequence[Mapping[str, Any]]) -> list[str]:
        return [
            words("portrait-had", party=names[one["id"]], share=share_text(one["share"], words), hops=one["hops"])
            for one in rows
        ]

    known = network.get("known", {})  # answers of earlier releases say nothing of it

    def line(label: str, name: str, texts: Sequence[str]) -> tuple[str, Sequence[str]]:
        return words(label), [unknown] if (unknown := _unsaid(known.get(name, "told"), words)) else texts

    controllers = [
        words("portrait-declared" if one["declared"] else "portrait-controls", party=names[one["id"]],
              share=share_text(one["share"], words))
        for one in network["controllers"] or ()
    ]  # fmt: skip
    circles = [words("portrait-arrow").join(names[party] for party in circle) for circle in network["circles"] or ()]
    address = network["same_address"]
    beside = [names[one["id"]] for one in address["enterprises"]]
    if (address["number"] or 0) > len(beside):
        beside.append(words("portrait-beside-more", number=address["number"] - len(beside)))
    kinds = {one["kind"] for one in network["edges"]}
    return [
        line("network-controllers", "controllers", controllers),
        line("network-circles", "circles", circles),
        line("network-beside", "same_address", beside),
        line("network-holders", "holders", had(network["holders"] or ())),
        line("network-holdings", "holdings", had(network["holdings"] or ())),
        *(line(f"network-{kind}", kind, ()) for kind in ("guarantees", "leads") if kind in known and (
            known[kind] != "told" or kind not in kinds)),
        *_persons(network, names, words),
    ]  # fmt: skip


def _unsaid(status: str, words: Words) -> str:
    """Return why nothing is said of what has this status, "" where it is told."""
    return "" if status == "told" else words(f"portrait-known-{status}")


def _status_of(network: Mapping[str, Any]) -> str:
    """Return how the relations of the enterprise stand where none is listed."""
    known = {network["known"][name] for name in OWN} if "known" in network else {"told"}
    return next(status for status in KNOWN if status in known)


def _persons(network: Mapping[str, Any], names: Mapping[str, str], words: Words) -> list[tuple[str, Sequence[str]]]:
    """Return the line on the persons whom the consent names, and why each is named or not; none where it names none."""
    told = [
        f"{names[one['party']]}{words('colon')}{one[words.language]}" if one["party"] in names
        else str(one[words.language])
        for one in network.get("persons", ())
    ]  # fmt: skip
    return [(words("portrait-persons"), told)] if told else []


def relation_of(one: Mapping[str, Any], names: Mapping[str, str], words: Words) -> Relation:
    """Return a line of the table of relations."""
    return Relation(
        names.get(one["from"]) or id_text(one["from"], words), words(f"network-{one['kind']}"),
        names.get(one["to"]) or id_text(one["to"], words), share_text(one["share"], words),
        words(f"network-at-{one['position']}") if one["position"] else NOTHING, words.day(one["starts"]),
        words.day(one["ends"]) if one["ends"] else NOTHING,
    )  # fmt: skip


def _changes(changes: Mapping[str, Any], names: Mapping[str, str], words: Words) -> Changes:
    relations, registration, filed = changes["relations"], changes["registration"], changes["filed"]
    return Changes(
        words.day(changes["from"]), words.day(changes["to"]), _unsaid(relations["status"], words),
        [relation_of(one, names, words) for one in relations.get("came", ())],
        [relation_of(one, names, words) for one in relations.get("left", ())],
        [
            (words("portrait-between", source=names.get(one["from"]) or id_text(one["from"], words),
                   kind=words(f"network-{one['kind']}"), target=names.get(one["to"]) or id_text(one["to"], words)),
             share_text(one["before"], words), share_text(one["after"], words))
            for one in relations.get("shares", ())
        ],
        words(f"portrait-registration-{registration['status']}"),
        [
            (words(f"portrait-field-{one['field']}"), _plain(one.get("before")), _plain(one.get("after")))
            for one in registration["fields"]
        ],
        [(words(f"portrait-filed-{one['item']}"), words.day(one["day"])) for one in filed["listed"]],
        filed["number"], _unsaid(filed["status"], words),
    )  # fmt: skip


def _plain(value: object) -> str:
    return NOTHING if value is None else str(value)
