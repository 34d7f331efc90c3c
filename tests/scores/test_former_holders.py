"""A shareholder who is missing from the next full list is one no more, and as of a day before it still is."""

from datetime import UTC, datetime, timedelta

from connectors.catalogue.load import get_dataset
from connectors.model.calendar import day_of
from connectors.records.portfolio import load_records
from connectors.store.subjects import find_subject
from gateway.intake import full_lists
from gateway.intake.submission import digest_of, from_file
from gateway.intake.take_in import take_in
from gateway.runtime import work as units_of_work
from gateway.runtime.actor import at_this_machine
from gateway.scores import scan
from gateway.scores.loading import load
from scoring_adapter.enterprise import compute_parts, compute_tags
from scoring_adapter.scan.one import unpack_parts
from scoring_adapter.scorecard import load_scorecard
from scoring_adapter.tags.plan import plan
from tests.enterprises import uscc
from tests.scores.scanning import rows, scan_all, take_up
from tests.stories import as_csv

NOW = datetime.now(UTC)
HEADER = ("企业名称", "统一社会信用代码", "股东名称", "认缴出资额", "出资日期")
HOLDERS = {"甲": "60", "乙": "30", "丙": "10"}
LISTS = {9: "甲乙丙", 6: "甲丙", 3: "甲乙"}  # days ago: who is named
ASKED = {8: (3, 6000), 6: (2, 8571), 5: (2, 8571), 2: (2, 6666), 0: (2, 6666)}  # holders; the first one's share


async def take_in_then(gateway, submission, moment, monkeypatch):
    """Take a list in on an earlier day, by both clocks."""

    async def database_then(_session):
        return moment

    with monkeypatch.context() as then:
        then.setattr(units_of_work, "now", lambda: moment)
        then.setattr(full_lists, "database_now", database_then)
        await take_in(gateway.units, at_this_machine(), gateway.intake, submission)


async def test_of_any_day_the_holders_are_those_of_the_list_of_then(gateway, tmp_path, monkeypatch):
    for ago, named in LISTS.items():
        holders = [("某厂", uscc(700), who, HOLDERS[who], "2020-01-01") for who in named]
        path = tmp_path / f"{ago}.csv"
        path.write_text(as_csv(HEADER, *holders), "utf-8")
        submission = from_file(path, get_dataset("shareholder_contrib"), f"list-{ago}", digest_of(path), "file")
        await take_in_then(gateway, submission, NOW - timedelta(days=ago), monkeypatch)
    await take_up(gateway)
    found = {}
    score_piece = scan.score_piece

    def scored(scoring, answers, *bounds):
        results = score_piece(scoring, answers, *bounds)
        found.update(zip(results.subjects.tolist(), results.packed, strict=True))
        return results

    monkeypatch.setattr(scan, "score_piece", scored)
    async with gateway.database.begin("test.subject") as session:
        subject_id = (await find_subject(session, "uscc", uscc(700))).subject_id
    [(number,)] = await rows(gateway, f"SELECT number FROM subject WHERE uscc = '{uscc(700)}'")
    card = load_scorecard()
    for ago, (holders, share) in ASKED.items():
        moment = NOW - timedelta(days=ago)
        day = day_of(moment)
        async with gateway.database.begin("test.day") as session:
            assert len(await load_records(session, subject_id, day, None)) == holders
            loaded = await load(session, subject_id, card.tags, moment)
        told = compute_tags(card.tags, loaded.known, day)
        assert (told["eq_holders"].value, told["eq_top_sub_ratio"].value) == (holders, share)
        run = await scan_all(gateway, as_of=day)
        assert run.as_of == day
        assert unpack_parts(plan(card.tags, day), found[number]) == compute_parts(card.tags, loaded.known, day)
