"""The watch in force is sound and reads tags there are; one that is not is refused with what is wrong."""

from typing import get_args

import numpy as np
import pytest
import yaml

from gateway.risk.measuring import TIES
from gateway.sites.signs import SILENCE, SPIKE
from risk_monitor.errors import WatchError
from risk_monitor.judging import Measures, judge
from risk_monitor.load import VERSION, load_watch, read_watch
from risk_monitor.names import KINDS, LEVELS, Kind
from risk_monitor.watch import rank_of
from risk_monitor.words import told
from scoring_adapter.tags.load import load_tags

WATCH = load_watch()
SHOWN_AS = {"yuan": "yuan", "basis_points": "percent", "flag": "flag"}
BITS = (1, 2, 4, 8, 16)  # weights that add up to any score
SIGN = {"measure": "m", "at_least": 1, "text": {"zh": "甲", "en": "a"}}
SOUND = {
    "version": 1, "review_ppm": 15_000, "cool_days": 7,
    "points": [{"id": "p", "name": {"zh": "甲", "en": "a"}, "signs": [SIGN]}],
    "types": [
        {"id": "t", "name": {"zh": "乙", "en": "b"}, "points": {"p": 30},
         "levels": {"notice": 10, "warning": 20, "restriction": 30}}
    ],
}  # fmt: skip


def made(**changes):
    return read_watch(yaml.safe_dump({**SOUND, **changes}, allow_unicode=True))


def with_type(**changes):
    return made(types=[{**SOUND["types"][0], **changes}])


def with_point(**changes):
    return made(points=[{**SOUND["points"][0], **changes}])


def test_every_measure_is_a_tag_and_is_shown_in_its_unit():
    tags = load_tags().by_id
    for point in WATCH.points:
        for sign in point.signs:
            if sign.measure in TIES or sign.measure in {SPIKE, SILENCE}:
                continue
            unit = tags[sign.measure].unit
            assert sign.shown == SHOWN_AS.get(unit, "count"), sign.measure
            assert ("{value}" in sign.text.zh) == ("{value}" in sign.text.en), sign.measure
            assert (sign.shown == "flag") <= ("{value}" not in sign.text.zh), sign.measure


def test_its_types_are_those_that_pages_routes_and_commands_name():
    assert tuple(one.id for one in WATCH.types) == KINDS == get_args(Kind)


def test_the_version_is_that_of_its_file_and_its_digest_tells_it_apart():
    assert WATCH.version == VERSION
    assert WATCH.digest != made().digest == made().digest


@pytest.mark.parametrize(
    ("make", "wrong"),
    [
        (lambda: read_watch("- 1"), "form"),
        (lambda: made(extra=1), "form"),
        (lambda: made(review_ppm=0), "review_ppm"),
        (lambda: made(review_ppm=1_000_001), "review_ppm"),
        (lambda: made(cool_days=367), "cool_days"),
        (lambda: with_point(id="t"), "twice"),
        (lambda: with_point(signs=[]), "no sign"),
        (lambda: with_point(signs=[{**SIGN, "below": 1}]), "takes one"),
        (lambda: with_point(signs=[{"measure": "m", "text": SIGN["text"]}]), "takes one"),
        (lambda: with_type(points={"q": 30}), "no such points"),
        (lambda: with_type(points={"p": 0}), "weight"),
        (lambda: with_type(points={"p": 101}), "weight"),
        (lambda: with_type(levels={"notice": 10, "warning": 10, "restriction": 30}), "levels rise"),
        (lambda: with_type(levels={"notice": 10, "restriction": 30}), "levels rise"),
        (lambda: with_type(levels={"notice": 10, "warning": 20, "restriction": 31}), "cannot be reached"),
        (lambda: made(points=[*SOUND["points"], {**SOUND["points"][0], "id": "q"}]), "belongs to no type"),
    ],
)
def test_one_that_is_not_sound_is_refused(make, wrong):
    with pytest.raises(WatchError, match=wrong):
        make()


def test_bounds_at_their_edges_are_sound():
    assert [made(review_ppm=1).budget(number) for number in (0, 1, 1_000_000, 1_000_001)] == [0, 1, 1, 2]
    assert made(review_ppm=1_000_000, cool_days=366).budget(7) == 7
    assert made(review_ppm=15_000).budget(300_000) == 4_500


@pytest.mark.parametrize(
    ("score", "level"), [(9, None), (10, "notice"), (19, "notice"), (20, "warning"), (29, "warning"), (30, LEVELS[2])]
)
def test_a_level_holds_from_its_score_on(score, level):
    points = [
        {**SOUND["points"][0], "id": f"p{weight}", "signs": [{**SIGN, "measure": f"m{weight}"}]} for weight in BITS
    ]
    kind = {**SOUND["types"][0], "points": {f"p{weight}": weight for weight in BITS}}
    names = [f"m{weight}" for weight in BITS]
    found = judge(
        made(points=points, types=[kind]),
        Measures(
            {name: np.array([int(bool(score & weight))]) for name, weight in zip(names, BITS, strict=True)},
            {name: np.array([True]) for name in names},
        ),
    )
    assert (found.scores[0, 0], found.ranks[0, 0]) == (score, rank_of(level))


@pytest.mark.parametrize(
    ("measure", "value", "says"),
    [("ma_yield_promised", 2000, "承诺年化收益率20%"), ("ma_yield_promised", 2005, "承诺年化收益率20.05%"),
     ("pl_rate_dev", -1250, "最近一笔借款利率高于指数-12.5%"), ("exec_amt_3y", 100_000_050, "近3年未执行1000000.5元"),
     ("op_neg_2y", 52, "近2年负面舆情52条")],
)  # fmt: skip
def test_a_sign_says_its_measure_as_people_read_it(measure, value, says):
    [sign] = [one for point in WATCH.points for one in point.signs if one.measure == measure]
    assert told(sign, value).zh == says
