"""What agencies deliver of the city of the founding figures: registrations, and what is amiss with whom. None exists.

1. Chance decides who it is and in which county; how many there are is planned (founding_plan.py).
2. The first enterprise is the founding lender, with its eight points (tests/risk/founding.py has it as well).
3. Of the others that stand at a level each has one of the MIXES of its type. Nobody is tied to anybody.
4. About as many others again as NEARLY says have one thing amiss that makes no level by itself.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from random import Random

from founding_plan import Plan

from connectors.conversion.identifiers import organisation_check, uscc_check
from gateway.crosscheck.lists import HEADINGS

LENDER, REPORTS = 1, 52
# Counties and about how many of a hundred enterprises they have.
COUNTIES = {
    "330302": 16, "330303": 8, "330304": 12, "330305": 1, "330324": 8, "330326": 8, "330327": 8, "330328": 2,
    "330329": 2, "330381": 15, "330382": 17, "330383": 3,
}  # fmt: skip
# What is amiss, in words that `_symptoms` knows.
_PLATFORM = ("platform",)
MIXES: dict[str, Sequence[tuple[str, ...]]] = {
    "mass-involving": (
        (*_PLATFORM, "bare"), (*_PLATFORM, "bare", "delayed"), (*_PLATFORM, "bare", "delayed", "yield"),
        (*_PLATFORM, "bare", "yield", "low"),
    ),
    "private-lending": (("many", "overdue"), ("many", "overdue", "dishonest")),
    "distress": (("dishonest",), ("abnormal", "arrears"), ("dishonest", "npl"), ("dishonest", "npl", "arrears")),
}  # fmt: skip
# What makes no level by itself, and of how many in ten thousand.
NEARLY: dict[tuple[str, ...], int] = {
    ("arrears",): 300, ("abnormal",): 200, ("scope",): 200, ("many",): 100, _PLATFORM: 5,
}  # fmt: skip
Rows = list[list[str]]
_PARTY = ("企业名称", "统一社会信用代码")


@dataclass(frozen=True)
class Delivery:
    """A file as an agency hands it in."""

    agency: str
    dataset: str
    file: Path


@dataclass(frozen=True)
class Records:
    """Everything that is known of a planned city on a day."""

    plan: Plan
    today: date

    @cached_property
    def counties(self) -> Sequence[str]:
        """The county of each enterprise, by its number from 1; that of none at 0."""
        drawn = Random(self.plan.seed).choices(list(COUNTIES), list(COUNTIES.values()), k=self.plan.subjects)
        return ["", "330302", *drawn[1:]]

    @cached_property
    def amiss(self) -> dict[int, tuple[str, ...]]:
        """What is amiss with those with whom something is, but for the lender."""
        chance, plan = Random(f"amiss {self.plan.seed}"), self.plan
        many = {mix: max(1, per * plan.subjects // 10_000) for mix, per in NEARLY.items()}
        drawn = iter(chance.sample(range(2, plan.subjects + 1), plan.suspects - 1 + sum(many.values())))
        kinds = {
            "mass-involving": plan.mass - 1, "private-lending": plan.lending,
            "distress": plan.suspects - plan.mass - plan.lending,
        }  # fmt: skip
        wrong = [chance.choice(MIXES[kind]) for kind, of in kinds.items() for _ in range(of)]
        wrong += [mix for mix, of in many.items() for _ in range(of)]
        return dict(zip(drawn, wrong, strict=True))

    @cached_property
    def suspects(self) -> Sequence[str]:
        """The codes of those that are to stand at a level, in the order of their numbers."""
        levels = {mix for mixes in MIXES.values() for mix in mixes}
        return [self.code(LENDER), *(self.code(one) for one in sorted(self.amiss) if self.amiss[one] in levels)]

    def code(self, number: int) -> str:
        """Return the unified code of an enterprise."""
        body = f"M{number:07d}"
        first = f"91{self.counties[number]}{body}{organisation_check(body)}"
        return first + uscc_check(first)

    def deliveries(self, folder: Path) -> Iterator[Delivery]:
        """Write each delivery and yield it: registrations by county first."""
        header = (
            *_PARTY, "成立日期", "核准日期", "企业类型", "注册资本", "行政区划代码", "经营范围", "住所",
        )  # fmt: skip
        common = ("2010-05-01", "2024-01-01", "有限责任公司", "500(万元人民币)")
        for county in COUNTIES:
            registered = (
                [*self._party(one), *common, county, "鞋、皮革制品", f"示例路{one}号"]
                for one in range(1, self.plan.subjects + 1)
                if self.counties[one] == county
            )
            yield self._write(folder, "market_regulation", "ent_registration", header, registered, county)
        for agency, dataset, columns, rows in self._symptoms():
            yield self._write(folder, agency, dataset, columns, rows)

    def lists(self, folder: Path) -> Iterator[tuple[str, Path]]:
        """Write two supervisors' lists and yield them: those of the suspects that are planned, others, bad rows."""
        chance, plan = Random(f"lists {self.plan.seed}"), self.plan
        named = chance.sample(self.suspects, plan.on_lists)
        first = (plan.on_lists + plan.on_both + 1) // 2
        known = set(self.suspects)
        for supervisor, some in (
            ("银行业监管部门", named[:first]),
            ("中央银行分支机构", named[first - plan.on_both :]),
        ):
            drawn = (self.code(chance.randint(1, plan.subjects)) for _ in range(10 * len(some)))
            rows = [*some, *(code for code in drawn if code not in known), "", "9133******"]
            chance.shuffle(rows)
            file = folder / f"list-{len(some)}-{supervisor}.csv"
            yield supervisor, _csv(file, ("名称", HEADINGS[0]), (["某企业", code] for code in rows))

    def _party(self, number: int) -> tuple[str, str]:
        return f"温州示例{number}鞋业有限公司", self.code(number)

    def _ago(self, days: int) -> str:
        return (self.today - timedelta(days=days)).isoformat()

    def _of(self, wrong: str) -> list[int]:
        return [one for one in sorted(self.amiss) if wrong in self.amiss[one]]

    def _symptoms(self) -> Iterator[tuple[str, str, Sequence[str], Rows]]:
        yield "market_regulation", "ent_change", (*_PARTY, "变更事项", "变更日期"), [
            [*self._party(one), "经营范围", self._ago(400)] for one in (LENDER, *self._of("scope"))
        ]  # fmt: skip
        yield "market_regulation", "abnormal_operation", (*_PARTY, "列入原因", "列入日期"), [
            [*self._party(one), "未按规定公示年度报告", self._ago(200)] for one in self._of("abnormal")
        ]  # fmt: skip
        yield "tax", "tax_arrears", ("纳税人名称", "纳税人识别号", "税种", "欠税余额", "公告日期"), [
            [*self._party(one), "增值税", "260000", self._ago(90)] for one in self._of("arrears")
        ]  # fmt: skip
        yield "court", "dishonest_executed", (
            "被执行人名称", "统一社会信用代码", "执行案号", "执行法院", "发布时间",
        ), [
            [*self._party(one), f"（2026）浙03执{one}号", "示例法院", self._ago(60)] for one in self._of("dishonest")
        ]  # fmt: skip
        yield "cbirc", "npl_watchlist", (*_PARTY, "债权机构名称", "五级分类", "统计截止日期"), [
            [*self._party(one), "示例银行", "次级", self._ago(20)] for one in self._of("npl")
        ]  # fmt: skip
        yield "lending_registry", "private_lending_filing", (
            "借款人名称", "统一社会信用代码", "备案编号", "借款金额", "备案日期", "出借人数", "是否结清", "是否逾期",
        ), [
            [*self._party(one), f"备{one}", "3000000", self._ago(150), "35", "否", _yes("overdue" in self.amiss[one])]
            for one in self._of("many")
        ]  # fmt: skip
        yield from self._platforms()

    def _platforms(self) -> Iterator[tuple[str, str, Sequence[str], Rows]]:
        own = self._of("platform")
        sound = next(one for one in own if self.amiss[one] == _PLATFORM)
        profiles = [[f"p-{LENDER}", *self._party(LENDER), "0.2", "否", "某银行", "延期兑付", self._ago(10)]]
        for one in own:
            wrong = self.amiss[one]
            bare, late = "bare" in wrong, "delayed" in wrong
            profiles.append([
                f"p-{one}", *self._party(one), "0.15" if "yield" in wrong else "0.05", _yes(not bare),
                "" if bare else "某银行", "延期兑付" if late else "正常运营", self._ago(10),
            ])  # fmt: skip
        yield "local_finance", "platform_profile", (
            "平台编号", "运营企业名称", "统一社会信用代码", "承诺年化收益率", "是否有保险或担保", "资金存管机构",
            "运营状态", "采集日期",
        ), profiles  # fmt: skip
        low = {LENDER, *self._of("low")}
        yield "ant_opinion", "platform_rating", (
            "平台编号", "运营企业名称", "统一社会信用代码", "评级机构", "评级结果", "评级日期",
        ), [
            [f"p-{one}", *self._party(one), "某评级", "D" if one in low else "B", self._ago(20)]
            for one in (LENDER, *own)
        ]  # fmt: skip
        yield "ant_opinion", "news_opinion", ("文章编号", *_PARTY, "标题", "发布时间", "情感倾向"), [
            [f"n-{at}", *self._party(LENDER), "舆情", self._ago(1 + at * 13), "负面"] for at in range(REPORTS)
        ]  # fmt: skip
        yield "local_finance", "association_member", ("协会名称", "会员名称", "统一社会信用代码", "入会日期"), [
            ["互联网金融协会", *self._party(sound), self._ago(300)]
        ]  # fmt: skip
        yield "local_finance", "listing_status", (*_PARTY, "上市板块", "上市（挂牌）日期"), [
            [*self._party(sound), "新三板", self._ago(900)]
        ]  # fmt: skip

    def _write(
        self, folder: Path, agency: str, dataset: str, header: Sequence[str], rows: Iterator[list[str]] | Rows,
        part: str = "1",
    ) -> Delivery:  # fmt: skip
        return Delivery(agency, dataset, _csv(folder / f"{dataset}-{part}.csv", header, iter(rows)))


def _csv(file: Path, header: Sequence[str], rows: Iterator[list[str]]) -> Path:
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(header)
        writer.writerows(rows)
    return file


def _yes(true: bool) -> str:  # noqa: FBT001 - a word for it
    return "是" if true else "否"
