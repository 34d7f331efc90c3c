"""The founding figures, from a generated city: who is suspect, who is on lists, which cases there were, how they ended.

python benchmarks/founding_city.py [--subjects 307733] [--seed 1] [--json]

On a fresh instance with its own PostgreSQL, wholly by the program's use cases: agencies register and deliver, all are
judged, two people have lists compared, offices handle cases. What is printed the program tells; it ends with 1 where
that is not what was planned: at full size 4,616 suspects, 117 of them on lists, 368 cases, 366 of them handled: 125
listed as abnormal, 75 cancelled or revoked, 23 police cases, 143 other outcomes. A case for the police is queued for
their platform; nothing leaves this machine. --json ends with one object.
"""

import asyncio
import json
import resource
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from founding_handling import ONE, City
from founding_plan import SUBJECTS, Plan
from founding_records import LENDER, Records
from place import place, server_seconds

from connectors.model.calendar import day_of
from gateway.crosscheck.suspects import read_suspects
from gateway.disposal.replaying import replay_case
from gateway.evidence.stored_check import check_stored
from gateway.gateway import open_gateway
from gateway.people.initialise import initialise
from gateway.risk.reading import read_risks_of
from gateway.risk.watching import judge_all
from gateway.risk_analysis.chosen import Chosen
from gateway.risk_analysis.documents import funnel_document
from gateway.risk_analysis.funnel import read_funnel
from gateway.risk_analysis.period import period_of
from gateway.runtime.actor import PROGRAM, at_this_machine
from gateway.runtime.clock import now
from gateway.runtime.database import Database
from gateway.runtime.embedded import resolve_urls
from gateway.runtime.schema import migrate
from gateway.runtime.settings import Settings
from gateway.scores.store import open_store

STAGES = ("judged", "suspect", "opened", "confirmed", "handled")
ROWS = (
    ("judged", "监测企业 enterprises judged"), ("suspect", "可疑企业 suspects"),
    ("strangers", "其中非计划的 not planned, or planned and not found"),
    ("lender_points", "立项案例的风险点 points of the founding lender"),
    ("on_lists", "两份名单印证 of them on two supervisors' lists"), ("opened", "立案 cases"),
    ("confirmed", "确认 confirmed"), ("handled", "办结 handled"), ("handled_percent", "处置率 share handled, %"),
    ("listed_abnormal", "列入经营异常 listed as abnormal"), ("cancelled_or_revoked", "注销、吊销 cancelled or revoked"),
    ("police", "公安立案 police cases"), ("other", "其他结果 other outcomes, named"), ("open", "未办结 open"),
    ("replay_differences", "案件重放的差异 differences of cases replayed"),
    ("log_differences", "日志与数据的差异 differences of log and rows"),
)  # fmt: skip


@dataclass
class Spent:
    """Seconds of each part, as it was done."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def on(self, part: str) -> Iterator[None]:
        """Count what the block takes."""
        started = time.perf_counter()
        yield
        self.seconds[part] = round(time.perf_counter() - started, 1)


async def live(city: City, folder: Path, spent: Spent) -> dict[str, Any]:
    """Have everything happen in the city, and return what the program tells of it."""
    with spent.on("deliver"):
        rows = await city.deliver(folder)
    with spent.on("judge"):
        await judge_all(city.gateway.units, open_store(city.gateway.settings), PROGRAM)
    await city.enrol()
    async with city.acting(ONE) as work:
        lender = await read_risks_of(work, city.records.code(LENDER))
        found = {one.code for one in await read_suspects(work.session, "notice", None)}
    with spent.on("compare_lists"):
        check = await city.compare_lists(folder)
    with spent.on("handle"):
        cases = await city.handle()
    with spent.on("funnel"):
        async with city.acting(ONE) as work:
            told = funnel_document(await read_funnel(work, Chosen(period_of(None, None, work.now)), "division"))
    with spent.on("replay"):
        replayed = 0
        for case in cases:
            async with city.acting(at_this_machine()) as work:
                replayed += len((await replay_case(work, case)).differences)
    with spent.on("check_log"):
        async with city.acting(at_this_machine()) as work:
            checked = await check_stored(work, lambda _done, _all: None, tree=True)
    stages = {name: told["total"][name] for name in STAGES}
    return {
        **stages, "handled_percent": told["total"]["handled_percent"], **city.plan.grouped(told["outcomes"]),
        "open": stages["opened"] - stages["handled"], "compared": check.suspects, "on_lists": check.found,
        "lender_points": sum(len(risk.points) for risk in lender[1].risks), "rows": rows,
        "counties": {name: sum(one[name] for one in told["groups"]) - stages[name] for name in STAGES},
        "strangers": len(found ^ set(city.records.suspects)),
        "outcomes": told["outcomes"], "replay_differences": replayed, "log_differences": checked.findings.total,
        "log_entries": checked.entries + checked.waiting,
    }  # fmt: skip


def planned(plan: Plan) -> dict[str, Any]:
    """Return what is to be told of a city."""
    return {
        "judged": plan.subjects, "suspect": plan.suspects, "compared": plan.suspects, "on_lists": plan.on_lists,
        "counties": dict.fromkeys(STAGES, 0), "strangers": 0, "lender_points": 8,
        "opened": plan.cases, "handled": plan.handled, "open": plan.left_open,
        "handled_percent": f"{100 * plan.handled / plan.cases:.1f}",
        "confirmed": plan.cases - plan.outcomes["false-alarm"], "outcomes": dict(plan.outcomes),
        **plan.grouped(plan.outcomes), "replay_differences": 0, "log_differences": 0,
    }  # fmt: skip


def differing(told: Mapping[str, Any], expected: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return what was told otherwise than planned: both values, by name."""
    return {name: (told[name], value) for name, value in expected.items() if told[name] != value}


async def run(plan: Plan, folder: Path, spent: Spent) -> dict[str, Any]:
    """Open an instance in a folder, and let the city live on it."""
    settings = Settings(home=folder)
    migrate(resolve_urls(settings, create=True).owner)
    database = Database(resolve_urls(settings))
    await initialise(settings, database, operator="bench", operator_key=folder / "operator.json")
    async with open_gateway(settings, database) as gateway:
        return await live(City(gateway, Records(plan, day_of(now()))), folder, spent)


def main() -> int:
    """Read the command line, let the city live, and print what the program tells."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--subjects", type=int, default=SUBJECTS, help="smaller cities in proportion, 1,000 at least")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    plan, spent = Plan(asked.subjects, asked.seed), Spent()
    with place() as folder, spent.on("all"):
        told = asyncio.run(run(plan, folder, spent))
        server = round(server_seconds(folder), 1)
    used = resource.getrusage(resource.RUSAGE_SELF)
    told |= {
        "seconds": spent.seconds, "cpu_seconds": round(used.ru_utime + used.ru_stime, 1), "server_cpu_seconds": server,
        "peak_mib": used.ru_maxrss // 1024, "plan": asdict(plan),
    }  # fmt: skip
    wrong = differing(told, planned(plan))
    for name, title in ROWS:
        print(f"{told[name]!s:>9}  {title}" + (f"  ≠ {wrong[name][1]}" if name in wrong else ""))
    print(f"{told['seconds']} s, CPU {told['cpu_seconds']} + {server} s, {told['peak_mib']} MiB; 不符 wrong: {wrong}")
    if asked.json:
        print(json.dumps({**told, "wrong": sorted(wrong)}, ensure_ascii=False))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
