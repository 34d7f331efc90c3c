"""What people do in the city of the founding figures: lists are compared, cases opened, worked and ended.

A made-up person acts as `gateway.people.acting` has a person of the role act at the console.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain, repeat
from pathlib import Path
from uuid import UUID

from founding_plan import Plan
from founding_records import COUNTIES, Records
from pydantic import TypeAdapter

from connectors.catalogue.load import get_dataset
from gateway.admin.action import Action
from gateway.admin.actions import AnyAction
from gateway.crosscheck.deciding import decide
from gateway.crosscheck.lists import take_list
from gateway.crosscheck.proposing import Wanted, propose
from gateway.crosscheck.tables import CrossCheck
from gateway.demo.cast import Somebody
from gateway.demo.enrolling import admit, make
from gateway.disposal.opening import open_first
from gateway.disposal.stepping import Said, step_case
from gateway.disposal.tables import DisposalCase
from gateway.gateway import Gateway
from gateway.intake.submission import digest_of, from_file
from gateway.intake.take_in import take_in
from gateway.people.roles import actor_of
from gateway.platforms.peers import set_peer
from gateway.runtime.actor import Actor, at_this_machine
from gateway.runtime.work import UnitOfWork
from risk_monitor.case_names import MEASURES
from signing.keys import generate_key, public_jwk

KIND = "mass-involving"
REGULATORS = (
    Somebody("regulator-1", "监管人员 示例甲", "regulator"),
    Somebody("regulator-2", "监管人员 示例乙", "regulator"),
)
OFFICES = tuple(Somebody(f"office-{code}", f"处置办 示例{code}", "office", office=code) for code in COUNTIES)
ONE, OTHER = (Actor(actor_of(one.person), "auditor", person=actor_of(one.person)) for one in REGULATORS)
HANDLERS = {one.office: Actor(one.office or "", "office", person=actor_of(one.person)) for one in OFFICES}


@dataclass(frozen=True)
class City:
    """An instance with the city of a plan on it."""

    gateway: Gateway
    records: Records

    @property
    def plan(self) -> Plan:
        """How many of each there are to be."""
        return self.records.plan

    @asynccontextmanager
    async def acting(self, actor: Actor) -> AsyncIterator[UnitOfWork]:
        """Open a unit of work for somebody."""
        async with self.gateway.units.begin("founding.city", actor) as work:
            yield work

    async def deliver(self, folder: Path) -> int:
        """Register each agency before its first delivery, have everything taken in, and return the rows."""
        reader: TypeAdapter[Action] = TypeAdapter(AnyAction)
        known, rows = set[str](), 0
        for one in self.records.deliveries(folder):
            if one.agency not in known:
                key = public_jwk(generate_key("ES256"))
                change = {"action": "client.add", "client": one.agency, "kind": "agency", "key": key}
                await make(self.gateway, reader.validate_python(change))
                known.add(one.agency)
            name, dataset, digest = one.file.stem, get_dataset(one.dataset), digest_of(one.file)
            submission = from_file(one.file, dataset, name, digest, "file")
            batch, _ = await take_in(self.gateway.units, Actor(one.agency, "agency"), self.gateway.intake, submission)
            if batch.rejected:
                raise SystemExit(f"{name}: {batch.rejected} 行未收下 rows refused")
            rows += batch.accepted
        return rows

    async def enrol(self) -> None:
        """Have people of the city and of each county's office, and a platform of the police."""
        for one in (*REGULATORS, *OFFICES):
            await admit(self.gateway, one)
        key = {**public_jwk(generate_key("Ed25519")), "kid": "police"}
        async with self.acting(at_this_machine()) as work:
            await set_peer(
                work, peer_id="police-wz", role="police", url="https://police.example", jwk=key, client_id="xinqiao",
                status="active",
            )  # fmt: skip

    async def compare_lists(self, folder: Path) -> CrossCheck:
        """Take two lists, propose to compare them with everybody at a level, and have the other one decide."""
        lists = list[UUID]()
        for supervisor, file in self.records.lists(folder):
            async with self.acting(ONE) as work:
                lists.append((await take_list(work, supervisor, file)).list_id)
        async with self.acting(ONE) as work:
            check = await propose(work, Wanted("核对监测发现的企业与监管名单", "notice", lists=tuple(lists)))
        async with self.acting(OTHER) as work:
            return await decide(work, check.check_id, "approve", "已核对目的与范围")

    async def handle(self) -> Sequence[UUID]:
        """Open the cases, end all that are to end, and return them."""
        async with self.acting(ONE) as work:
            opened = await open_first(work, self.plan.cases, KIND)
        if len(opened.cases) != self.plan.cases:
            raise SystemExit(f"只立了 {len(opened.cases)} 件 cases were opened, of {self.plan.cases}: {opened}")
        ends = chain.from_iterable(repeat(name, many) for name, many in self.plan.outcomes.items())
        for case, end in zip(opened.cases, chain(ends, repeat(None)), strict=False):
            for actor, said in steps_to(case, end):
                async with self.acting(actor) as work:
                    await step_case(work, case.id, said)
        return [case.id for case in opened.cases]


def steps_to(case: DisposalCase, end: str | None) -> Iterator[tuple[Actor, Said]]:
    """Yield who takes which steps of a case until it ends so; where it is left open, until more time is asked."""
    office = HANDLERS[case.office]
    yield office, Said("accept", "已受理，指派两人核查")
    yield office, Said("check", "到住所核查，约谈负责人")
    if end == "false-alarm":
        yield office, Said("dismiss", "经核查不存在所指情形")
        return
    yield office, Said("confirm", "情况属实")
    if end is None:
        yield office, Said("ask-time", "正在清点债权", until=case.due_on + timedelta(days=30))
        return
    if end == "under-help":
        yield office, Said("help", "协调银行展期")
    if end == "police-filed":
        yield office, Said("ask-transfer", "涉嫌非法吸收公众存款，建议移送", to="police")
        yield ONE, Said("grant", "同意移送公安机关")
    if end in MEASURES:
        yield office, Said("measure", "已由有关机关作出", measure=end, reference=f"温示〔2026〕{case.subject}号")
    yield office, Said("close", "处置完毕", outcome=end)
