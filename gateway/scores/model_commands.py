"""`xinqiao score fit` and the others on cards as files: tried on tables of known outcomes, written as PMML and read."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from gateway.cli.output import AsJson, Column, Force, fail, keep_existing, show, show_list

if TYPE_CHECKING:
    from gateway.runtime.work import UnitOfWork
    from scoring_adapter.scorecard import Scorecard
    from scoring_adapter.tags.catalogue import TagCatalogue

Made = TypeVar("Made")
FIT, ALONE = "fit.json", "registration.yaml"  # beside card.yaml: how it was fitted; one of registration alone
NIGHTS = (
    Column("as_of", "截至日 as of"), Column("champion", "现行 champion"), Column("challenger", "挑战者 challenger"),
    Column("fault", "原因 fault"), Column("computed_at", "比较于 compared at"),
    Column("figures", "数字 figures", listed=False), Column("entry", "日志条目 entry", listed=False),
)  # fmt: skip
Table = Annotated[
    Path,
    typer.Argument(help="结果已知的企业表 A table of known outcomes: docs/models.md.", exists=True, dir_okay=False),
]
CardFile = Annotated[
    Path, typer.Argument(help="评分卡 A card: a YAML file, or the folder that fit wrote.", exists=True, metavar="CARD")
]
AtLeast = Annotated[
    int, typer.Option(min=0, max=1000, help="多少分以上准入 The score from which an enterprise is admitted.")
]
Version = Annotated[int, typer.Option(min=2, help="评分卡版本 The version of the card.")]


def fit(
    table: Table,
    folder: Annotated[Path, typer.Argument(help="写到哪个文件夹 The folder to write card.yaml and fit.json into.")],
    version: Version = 3,
    most_tags: Annotated[int, typer.Option(min=1, max=200, help="最多标签数 At most so many tags.")] = 30,
    python: Annotated[
        str, typer.Option(help="装有 optbinning 的 Python A Python that has optbinning; this one's own otherwise.")
    ] = "",
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """拟合评分卡：分箱、整数分值，逐行重算一致才写出 Fit a card; written where the replay agrees."""
    import orjson

    keep_existing(folder / "card.yaml", force=force)

    def work() -> Mapping[str, Any]:
        from scoring_adapter.card import load_card, write_card
        from scoring_adapter.errors import ModelError
        from scoring_adapter.modeling.fitting import Terms
        from scoring_adapter.modeling.fitting import fit as fit_card
        from scoring_adapter.modeling.table import read_table
        from scoring_adapter.tags.load import load_tags

        tags, terms, labelled = load_tags(), Terms(most_tags=most_tags), read_table(table, load_tags())
        made = fit_card(labelled, load_card(), tags, version, terms, python)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ALONE).unlink(missing_ok=True)
        registered = replace(labelled, tags=of_registration(tags, labelled.tags))
        with suppress(ModelError):  # registration alone may tell nothing: then there is no such card
            alone = fit_card(registered, load_card(), tags, version, terms, python)
            (folder / ALONE).write_text(write_card(alone.card.card), "utf-8")
        (folder / "card.yaml").write_text(write_card(made.card.card), "utf-8")
        (folder / FIT).write_bytes(orjson.dumps(made.told, option=orjson.OPT_INDENT_2))
        return made.told

    told = or_fail(work)
    show(as_json, {name: told[name] for name in ("model", "rows", "auc")} | {"tags": len(told["entries"])})


def validate(
    card: CardFile,
    table: Table,
    at_least: AtLeast = 480,
    report: Annotated[
        Path | None, typer.Option(help="另写一页图表（HTML） Also write a page with drawings.", dir_okay=False)
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """验证评分卡：区分度、校准、稳定、各组差异 Try a card: how it orders and foretells, how stable and even it is."""

    def work() -> Mapping[str, Any]:
        from scoring_adapter.modeling.report import report as draw
        from scoring_adapter.modeling.scoring import score_table
        from scoring_adapter.modeling.table import read_table
        from scoring_adapter.modeling.validation import validate as validate_card
        from scoring_adapter.tags.load import load_tags

        bound, labelled = card_of(card), read_table(table, load_tags())
        fitted = _fitted(card, bound)
        beside = (card if card.is_dir() else card.parent) / ALONE
        alone = card_of(beside) if fitted and beside.exists() else None
        told = validate_card(bound, labelled, fitted, at_least, alone)
        if report is not None:
            report.write_text(draw(told, score_table(bound, labelled), fitted), "utf-8")
        return told

    if report is not None:
        keep_existing(report, force=force)
    show(as_json, or_fail(work))


def compare(
    champion: CardFile, challenger: CardFile, table: Table, at_least: AtLeast = 480, as_json: AsJson = False
) -> None:
    """两张卡同表比较 Compare two cards on one table: which orders better, whom either would admit."""

    def work() -> Mapping[str, Any]:
        from scoring_adapter.modeling.comparing import compare as compare_cards
        from scoring_adapter.modeling.table import read_table
        from scoring_adapter.tags.load import load_tags

        return compare_cards(card_of(champion), card_of(challenger), read_table(table, load_tags()), at_least)

    show(as_json, or_fail(work))


def shadow(card: CardFile, at_least: AtLeast = 480, as_json: AsJson = False) -> None:
    """挑战者与现行的卡在全部企业上比较，不改任何评分 A challenger beside the card in force, on every enterprise."""
    from gateway.cli.on_instance import in_one_unit

    async def run(work: "UnitOfWork") -> Mapping[str, Any]:
        from gateway.evidence.progress import progress_bar
        from gateway.scores.shadow import compare_in_shadow

        challenger = or_fail(lambda: card_of(card))
        with progress_bar("比较 comparing") as progress:
            return (await compare_in_shadow(work, challenger, at_least, progress)).told

    show(as_json, in_one_unit("score.shadow", run))


def nights(as_json: AsJson = False) -> None:
    """挑战者的各夜比较（XINQIAO_CHALLENGER_CARD） The declared challenger's nights, the newest first."""
    from gateway.cli.on_instance import in_one_unit

    async def run(work: "UnitOfWork") -> list[Mapping[str, Any]]:
        from gateway.scores.challenger_nights import list_nights, night_document

        return [night_document(one) for one in await list_nights(work)]

    found = in_one_unit("challenger.list", run)
    show_list(as_json, "nights", found, NIGHTS, len(found))


def to_pmml(
    card: CardFile,
    out: Annotated[Path, typer.Argument(help="写到哪个文件 The file to write.")],
    force: Force = False,
) -> None:
    """写成 PMML 4.3 Write a card as a PMML 4.3 scorecard."""
    keep_existing(out, force=force)

    def work() -> bytes:
        from scoring_adapter.modeling.pmml import write_pmml

        return write_pmml(card_of(card))

    out.write_bytes(or_fail(work))


def from_pmml(
    document: Annotated[Path, typer.Argument(help="要读的 PMML 文件 A PMML file.", exists=True, dir_okay=False)],
    out: Annotated[Path, typer.Argument(help="写到哪个文件 The file to write.")],
    version: Version = 3,
    force: Force = False,
) -> None:
    """读入 PMML 4.3 Read a PMML 4.3 scorecard: a card with the bands and dimensions of the one in force."""
    keep_existing(out, force=force)

    def work() -> str:
        from scoring_adapter.card import load_card, write_card
        from scoring_adapter.modeling.pmml_reading import read_pmml
        from scoring_adapter.scorecard import bind
        from scoring_adapter.tags.load import load_tags

        tags = load_tags()
        return write_card(bind(read_pmml(document.read_bytes(), load_card(), tags, version), tags).card)

    out.write_text(or_fail(work), "utf-8")


def extend(group: typer.Typer) -> None:
    """Add these to the group of scores."""
    for command in (fit, validate, compare, shadow, nights, to_pmml, from_pmml):
        group.command()(command)


def or_fail(work: Callable[[], Made]) -> Made:
    """Return what is made, or end the command with what stands in the way."""
    from scoring_adapter.errors import ScoringError

    try:
        return work()
    except ScoringError as fault:
        fail(str(fault))


def of_registration(tags: "TagCatalogue", among: Sequence[str]) -> tuple[str, ...]:
    """Return those tags that are computed from the registration and nothing else."""
    from connectors.catalogue.load import datasets

    known = datasets()
    return tuple(
        one for one in among
        if all(name in known and known[name].category == "registration" for name in tags.sources_of(tags.by_id[one]))
    )  # fmt: skip


def card_of(path: Path) -> "Scorecard":
    """Return the card of a file, or of a folder that fit wrote, bound to the tags. Raises CardError."""
    from gateway.scores.card_files import read_card_file

    return read_card_file(path)


def _fitted(path: Path, card: "Scorecard") -> Mapping[str, Any]:
    """Return what was told of the card's fit, where it lies beside it; of another card, it says nothing of this one."""
    import orjson

    from scoring_adapter.errors import ModelError

    file = (path if path.is_dir() else path.parent) / FIT
    if not file.exists():
        return {}
    try:
        told = orjson.loads(file.read_bytes())
        return dict(told) if told["model"] == card.card.model() else {}
    except (ValueError, KeyError, TypeError) as fault:
        raise ModelError(f"{file} 不是拟合的说明 is not what fit writes") from fault
