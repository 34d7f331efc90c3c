"""Names compared with Splink: what is written otherwise is found, what is somebody else's is not; each time alike."""

import pytest

from connectors.matching import proposing
from connectors.matching.proposing import MOST, MatchingError, Named, compare
from gateway.matching.comparing import run_comparison
from tests.actors import MACHINE
from tests.enterprises import uscc
from tests.matching.proposals import nameless, rows_of
from tests.modeling import PYTHON, WHY_NOT
from tests.records.penalties import penalties
from tests.stories import registration

needs_splink = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)
BRANDS = [a + b for a in "宏永天金瑞华东明新兴" for b in "达兴成龙丰盛泰昌源利"]
TRADES = ["鞋业", "电器", "服装", "阀门", "眼镜", "印刷包装", "机械制造", "塑料制品", "汽车配件", "五金工具"]
# Not a lattice: a brand is in some trades only, as in a real register.
REGISTER = [
    Named(f"{at:03}{trade}", f"{place}{brand}{TRADES[(at + trade) % 10]}有限公司", "330302")
    for at, brand in enumerate(BRANDS) for trade in (0, 3) for place in ["温州市" if at % 2 else "乐清市"]
]  # fmt: skip


def first(found, wanted):
    return next((one for one in found.candidates if one.wanted == wanted), None)


@needs_splink
def test_another_spelling_finds_its_enterprise_and_a_stranger_finds_none():
    wanted = [
        Named("cut", REGISTER[7].name[:-3]), Named("form", REGISTER[21].name.replace("有限公司", "厂")),
        Named("place", REGISTER[40].name[3:]), Named("stranger", "平阳县海天水产养殖场"),
    ]  # fmt: skip
    found = compare(wanted, REGISTER, str(PYTHON), -6.0)
    right = {"cut": REGISTER[7].id, "form": REGISTER[21].id, "place": REGISTER[40].id}
    assert {name: first(found, name).subject for name in right} == right
    assert first(found, "cut").levels | {"place": "same"} == first(found, "cut").levels
    assert first(found, "place").levels["place"] == ""
    assert first(found, "stranger") is None
    assert max(sum(one.wanted == name for one in found.candidates) for name in right) <= MOST
    again = compare(wanted[::-1], REGISTER[::-1], str(PYTHON), -6.0)
    assert (again.candidates, again.digest) == (found.candidates, found.digest)
    assert compare(wanted[:1], REGISTER, str(PYTHON), -6.0).digest != found.digest


@needs_splink
async def test_a_run_proposes_what_waits_and_a_newer_one_replaces_it(story):
    rows = [registration(8700 + at, 企业名称=one.name).splitlines()[1] for at, one in enumerate(REGISTER)]
    head = registration(8700).splitlines()[0]
    await story.push("market_regulation", "ent_registration", "\n".join([head, *rows]))
    await story.push("drc", "penalty_general", penalties(nameless(8700, REGISTER[7].name[:-3], "C8700")))
    runs = [await run_comparison(story.gateway.units, story.gateway.protector, MACHINE, str(PYTHON)) for _ in range(2)]
    assert runs[0].digest == runs[1].digest
    assert runs[0].versions.keys() == {"splink", "duckdb"}
    found = await rows_of(story.gateway, "SELECT p.status, s.uscc, p.run_id FROM match_proposal p "
                          "JOIN subject s USING (subject_id) ORDER BY p.proposal_id")  # fmt: skip
    best = [(row.status, row.run_id) for row in found if row.uscc == uscc(8707)]
    assert best == [("outdated", runs[0].run_id), ("open", runs[1].run_id)]


def test_where_splink_is_missing_or_fails_one_line_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(proposing, "find_spec", lambda _name: None)
    with pytest.raises(MatchingError, match="modeling"):
        compare([Named("a", "甲")], REGISTER)
    with pytest.raises(MatchingError, match="FileNotFoundError"):
        compare([Named("a", "甲")], REGISTER, str(tmp_path / "python"))
    failing = tmp_path / "failing"
    failing.write_text("#!/bin/sh\necho broken >&2\nexit 1\n")
    failing.chmod(0o755)
    with pytest.raises(MatchingError, match="broken"):
        compare([Named("a", "甲")], REGISTER, str(failing))


def test_nothing_to_compare_asks_nobody(tmp_path):
    for wanted, register in (([], REGISTER), ([Named("a", "甲")], [])):
        assert compare(wanted, register, str(tmp_path / "nowhere")).candidates == []
