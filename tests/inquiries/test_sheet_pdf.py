"""A health check to print: the same bytes from the same answer, and nothing that the answer does not say."""

import asyncio
import json
import subprocess
import sys
from datetime import datetime
from uuid import UUID

import httpx
import pytest
from typer.testing import CliRunner

from connectors.model.calendar import SHANGHAI
from connectors.store.subjects import Subject
from gateway.__main__ import app
from gateway.inquiries import called
from gateway.inquiries.sheet_pdf import RIM, _radius, sheet_data, sheet_pdf
from gateway.runtime.denial import DeniedError
from signing.canonical import sha256_hex
from tests.cards import at_once, released, returned, source_of
from tests.inquiries.test_health import ready, sheet_of  # noqa: F401 - what is asked about
from tests.inquiries.test_outputs import rules
from tests.stories import slug


async def pdf(story, told, account="bank-1"):
    return await story.client.get(
        f"/v1/inquiries/{told['inquiry']}/sheet.pdf", headers=await story.headers(account)
    )  # fmt: skip


async def test_it_is_made_of_the_signed_answer_alone_and_always_the_same(ready, tmp_path):  # noqa: F811
    _, told = await sheet_of(ready, 1)
    first, again = await pdf(ready, told), await pdf(ready, told)
    assert (first.status_code, first.headers["content-type"]) == (200, "application/pdf")
    assert first.content.startswith(b"%PDF-")
    assert first.content == again.content == sheet_pdf(told["answer"])
    answer, keys, file = tmp_path / "a.jws", tmp_path / "keys.json", tmp_path / "sheet.pdf"
    answer.write_text(told["answer"])
    keys.write_text(json.dumps({"answer": ready.gateway.keys.public("answer")}))
    run = [str(answer), "--keys", str(keys), "--pdf", str(file)]
    assert CliRunner().invoke(app, ["score", "sheet", *run, "--check"]).exit_code == 1  # there is none yet
    assert CliRunner().invoke(app, ["score", "sheet", *run]).exit_code == 0
    assert file.read_bytes() == first.content
    for name, given in (("answer", told), ("inquiry", {"inquiry": told["inquiry"], "answer": told})):
        saved = tmp_path / f"{name}.json"  # as the API gave it
        saved.write_text(json.dumps(given), encoding="utf-8-sig")
        assert CliRunner().invoke(app, ["score", "sheet", str(saved), *run[1:], "--check"]).exit_code == 0
    for nothing in ("{}", '{"answer": null}', "[1]", '"x"'):
        saved.write_text(nothing)
        refused = CliRunner().invoke(app, ["score", "sheet", str(saved), *run[1:], "--check"])
        assert (refused.exit_code, type(refused.exception)) == (1, SystemExit)
    assert CliRunner().invoke(app, ["score", "sheet", *run]).exit_code == 1  # it is not written over
    assert CliRunner().invoke(app, ["score", "sheet", *run, "--check"]).exit_code == 0
    file.write_bytes(first.content + b"\n")
    changed = CliRunner().invoke(app, ["score", "sheet", *run, "--check"])
    assert changed.exit_code == 1
    assert "不是此应答的体检表" in changed.output
    head, _, rest = told["answer"].partition(".")
    answer.write_text(f"{head}.{rest.replace('A', 'B', 1)}")
    assert CliRunner().invoke(app, ["score", "sheet", *run, "--force"]).exit_code == 1


async def test_by_a_card_that_was_released_it_is_made_offline_with_that_card_beside_it(ready, tmp_path, monkeypatch):  # noqa: F811
    at_once(monkeypatch)
    source = source_of(3, base=640)
    await released(ready.gateway, source)
    _, told = await sheet_of(ready, 1)
    await returned(ready.gateway, 0)
    made = await pdf(ready, told)
    files = {name: tmp_path / name for name in ("a.jws", "keys.json", "sheet.pdf", "card.yaml", "other.yaml")}
    files["a.jws"].write_text(told["answer"])
    files["keys.json"].write_text(json.dumps({"answer": ready.gateway.keys.public("answer")}))
    files["sheet.pdf"].write_bytes(made.content)
    files["card.yaml"].write_text(source)
    files["other.yaml"].write_text(source_of(4, base=640))
    run = [sys.executable, "-m", "gateway", "score", "sheet", str(files["a.jws"]), "--keys", str(files["keys.json"]),
           "--pdf", str(files["sheet.pdf"]), "--check", "--card"]  # fmt: skip
    right, wrong, none = [
        await asyncio.to_thread(subprocess.run, [*run, str(files[name])], capture_output=True, text=True, check=False)
        for name in ("card.yaml", "other.yaml", "keys.json")
    ]
    assert right.returncode == 0, right.stderr
    assert "不是此应答的评分卡" in wrong.stderr + wrong.stdout
    assert none.returncode == 1
    assert "Traceback" not in none.stderr


async def test_it_says_what_the_answer_says(ready):  # noqa: F811
    _, told = await sheet_of(ready, 1)
    data = sheet_data(told["answer"], told)
    assert data["digest"] == sha256_hex(told["answer"].encode())
    rows = {row[0]: row[1:] for row in data["tables"][0]["rows"]}
    line = next(one for one in told["health"] if one["category"] == "admin_penalty")
    assert rows["行政处罚"] == ["警示", "4", "0", line["latest"], "增多", f"按期 {line['delivered']}"]
    assert rows["不动产"] == ["未知", "0", "0", "—", "记录太少", "从未报送 —"]
    assert len(rows) == 29
    totals = [sum(column) for column in zip(*(one["windows"] for one in told["health"]), strict=True)]
    assert [one["count"] for one in data["timeline"]] == [str(many) for many in totals]
    assert max(one["share"] for one in data["timeline"]) == 1000
    facts = dict(data["facts"])
    assert (facts["企业名称"], facts["机构"]) == (told["subject_name"], f"{told['institution_name']}（bank）")
    until = datetime.fromisoformat(told["expires_at"]).astimezone(SHANGHAI)
    assert facts["有效至"] == f"{until:%Y-%m-%d %H:%M:%S}（北京时间）"
    assert (facts["查询编号"], facts["日志条目"]) == (told["inquiry"], told["entry"])
    assert facts["分数、等级"].startswith(f"{told['score']} / 1000")
    without = {name: value for name, value in told.items() if name not in {"subject_name", "institution_name"}}
    assert dict(sheet_data(told["answer"], without)["facts"])["机构"] == "bank"  # as earlier answers have it


def test_the_name_of_an_individually_owned_business_is_never_signed():
    assert called._members("某银行", Subject(UUID(int=1), "92330302MA00000151", "王某小吃店")) == {
        "institution_name": "某银行"
    }


async def test_a_banded_one_shows_no_points_and_no_counts(ready):  # noqa: F811
    await rules(ready, "banded")
    told = (await ready.ask("bank-1", 1, product="health_check")).json()
    await rules(ready)
    data = sheet_data(told["answer"], told)
    assert (data["radar"], data["timeline"]) == ([], [])
    rows = {row[0]: row for row in data["tables"][0]["rows"]}
    assert rows["行政处罚"][1:5] == ["警示", "—", "—", "—"]
    assert "分）" not in "".join(data["reasons"])
    assert dict(data["facts"])["分数、等级"].startswith("—")
    assert (await pdf(ready, told)).content.startswith(b"%PDF-")


async def test_of_a_score_there_is_none(ready):  # noqa: F811
    told = (await ready.ask("bank-1", 1)).json()
    refused: httpx.Response = await pdf(ready, told)
    assert (refused.status_code, slug(refused)) == (404, "no-sheet")
    with pytest.raises(DeniedError):
        sheet_pdf(told["answer"])


@pytest.mark.parametrize(
    ("points", "radius"),
    [
        (0, 500),
        (1, 503),
        (RIM - 1, 996),
        (RIM, 1000),
        (RIM + 1, 1000),
        (1 - RIM, 3),
        (-RIM, 0),
        (-RIM - 1, 0),
        (None, None),
    ],
)
def test_on_the_radar_no_points_lie_halfway_and_more_than_the_rim_lies_on_it(points, radius):
    assert _radius(points) == radius
