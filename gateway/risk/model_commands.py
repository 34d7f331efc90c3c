"""`xinqiao risk learn` and `compare`: a model learned from a table of known outcomes, and tried beside the rules."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from gateway.cli.output import AsJson, Force, fail, keep_existing, show

if TYPE_CHECKING:
    from risk_monitor.learned import Learned
    from risk_monitor.watch import Watch

Made = TypeVar("Made")
MODEL, LEARNED = "model.yaml", "learned.json"
_PPM = 10_000
Table = Annotated[
    Path,
    typer.Argument(help="结果已知的企业表 Known outcomes: docs/risk-models.md.", exists=True, dir_okay=False),
]
WatchFile = Annotated[
    Path | None, typer.Option("--watch", help="监测规则文件 Rules, YAML; the shipped ones otherwise.", exists=True)
]
ModelFile = Annotated[
    Path | None, typer.Option("--model", help="模型，或 learn 写出的文件夹 A model, or what learn wrote.", exists=True)
]


def learn(
    table: Table,
    folder: Annotated[Path, typer.Argument(help="写到哪个文件夹 The folder for model.yaml and learned.json.")],
    version: Annotated[int, typer.Option(min=1, help="模型版本 The version of the model.")] = 1,
    days: Annotated[int, typer.Option(min=1, max=3660, help="结果看多少天 How far ahead outcomes are.")] = 365,
    python: Annotated[
        str, typer.Option(help="装有 scikit-learn 的 Python A Python that has it; this one's own otherwise.")
    ] = "",
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """从结果已知的企业学习模型，逐行重算一致才写出 Learn a model; written where the replay agrees."""
    keep_existing(folder / MODEL, force=force)

    def work() -> Mapping[str, Any]:
        import orjson

        from gateway.risk.labelled import read_labelled
        from gateway.risk.learning import learn as learn_model
        from risk_monitor.learned import write_learned
        from risk_monitor.load import load_watch

        made = learn_model(load_watch(), read_labelled(table), version, days, python=python)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MODEL).write_text(write_learned(made.model), "utf-8")
        (folder / LEARNED).write_bytes(orjson.dumps(made.told, option=orjson.OPT_INDENT_2))
        return made.told

    told = or_fail(work)
    show(as_json, {name: told[name] for name in ("digest", "rows", "auc")} | {"measures": len(told["measures"])})


def evaluate(table: Table, watch: WatchFile = None, model: ModelFile = None, as_json: AsJson = False) -> None:
    """规则、模型、两者轮流，在结果已知的企业上比较 Rules, model, and both in turn on known outcomes."""

    def work() -> Mapping[str, Any]:
        from gateway.risk.comparing import compare as compare_on
        from gateway.risk.labelled import read_labelled

        return compare_on(watch_of(watch), model_of(model) if model else None, read_labelled(table))

    told = or_fail(work)
    if as_json:
        show(as_json, told)
        return
    parts = [("全部 all", told["all"])]
    parts += [("行业不能决定的 hard", told["hard"]["found"])] if told["hard"] else []
    parts += [(one["period"], one["found"]) for one in told["periods"]]
    show(as_json, [_row(of, way, one) for of, ways in parts for way, rows in ways.items() for one in rows])


def extend(group: typer.Typer) -> None:
    """Add these to the group of the risk watch."""
    for command in (learn, evaluate):
        group.command()(command)


def watch_of(path: Path | None) -> "Watch":
    """Return the rules of a file, the shipped ones without. Raises WatchError."""
    from risk_monitor.load import load_watch, read_watch

    return read_watch(text_of(path)) if path else load_watch()


def model_of(path: Path) -> "Learned":
    """Return the model of a file, or of a folder that learn wrote. Raises WatchError."""
    from risk_monitor.learned import read_learned

    return read_learned(text_of(path / MODEL if path.is_dir() else path))


def text_of(path: Path) -> str:
    """Return a file's text. Raises WatchError where it is none."""
    from risk_monitor.errors import WatchError

    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise WatchError(f"{path} 不是 UTF-8 文本 is no text in UTF-8") from fault


def or_fail(work: Callable[[], Made]) -> Made:
    """Return what is made, or end the command with what stands in the way."""
    from risk_monitor.errors import WatchError
    from scoring_adapter.errors import ScoringError

    try:
        return work()
    except (ScoringError, WatchError) as fault:
        fail(str(fault))


WAYS = {"rules": "规则 rules", "model": "模型 model", "both": "轮流 in turn"}


def _row(of: str, way: str, one: Mapping[str, Any]) -> dict[str, object]:
    return {
        "范围 of": of, "按 by": WAYS[way], "核查 looked at": f"{one['looked_at']} ({_percent(one['budget_ppm'])})",
        "命中 found": one["found"], "精确率 precision": _percent(one["precision_ppm"]),
        "召回率 recall": _percent(one["recall_ppm"]), "提前天数 lead": one.get("lead_days", "—"),
    }  # fmt: skip


def _percent(ppm: int | None) -> str:
    return "—" if ppm is None else f"{ppm / _PPM:.2f}%"
