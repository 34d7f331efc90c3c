"""Rules and models for tests, reports of them, and releases of them as if another person had approved."""

from importlib.resources import files

import orjson

from gateway.watches import releasing
from risk_monitor.learned import Learned, Part, read_learned, write_learned
from risk_monitor.load import read_watch
from tests.actors import OPERATOR

WHY = "以去年的结果学得"
_SHIPPED = files("risk_monitor").joinpath("watches/watch-1.yaml").read_text("utf-8")
_TOLD = {"rules": "watch", "model": "model"}


def model(version=1, news=80):
    """A model by which news, a promised yield and penalties tell against an enterprise; no rule reads the last."""
    parts = [
        Part("op_neg_2y", [5, 20], [0, news // 2, news], 0),
        Part("ma_yield_promised", [800, 1200], [0, 60, 150], -5),
        Part("near_leads", [1], [0, 40], 0),
        Part("pen_cnt_1y", [1], [0, 10], 0),
    ]
    return Learned(version, 365, -700, parts, [(-705, 2_000), (-500, 50_000), (-300, 400_000)])


def model_source(version=1, news=80):
    """Return the text of a model."""
    return write_learned(model(version, news))


def rules_source(version=2, delayed=25):
    """Return the text of the shipped rules as another version, delayed redemption weighing so much."""
    return _SHIPPED.replace("version: 1\n", f"version: {version}\n", 1).replace(
        "delayed-redemption: 25", f"delayed-redemption: {delayed}"
    )


def report_of(kind, source, **changes):
    """Return what compare told of rules or a model on two past days."""
    read = read_watch(source) if kind == "rules" else read_learned(source)
    found = {"budget_ppm": 15_000, "looked_at": 150, "found": 12, "precision_ppm": 80_000, "recall_ppm": 240_000,
             "lead_days": 133}  # fmt: skip
    days = [{"period": day, "rows": 5_000, "bad": 25, "found": {kind: [found]}} for day in ("2024-11-30", "2025-05-31")]
    told = {_TOLD[kind]: {"version": read.version, "digest": read.digest}, "rows": 10_000, "bad": 50,
            "all": {kind: [found]}, "hard": None, "periods": days}  # fmt: skip
    return orjson.dumps({name: value for name, value in (told | changes).items() if value is not None}).decode()


async def released(gateway, kind, source, actor=OPERATOR):
    """Put rules or a model in force."""
    async with gateway.units.begin("test.release", actor) as work:
        return (await releasing.release(work, kind, source, report_of(kind, source), WHY, "second")).number


async def returned(gateway, kind, number=0, actor=OPERATOR):
    """Put an earlier release in force again: the shipped rules, or no model."""
    async with gateway.units.begin("test.return", actor) as work:
        return (await releasing.return_to(work, kind, number, WHY, "second")).number
