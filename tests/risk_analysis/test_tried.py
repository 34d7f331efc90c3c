"""A watch that is brought to be tried is small: each size one below, at and one above its limit."""

import pytest
import yaml

from risk_monitor import tried
from risk_monitor.errors import WatchError
from risk_monitor.tried import LONGEST, MOST_POINTS, MOST_SIGNS, read_tried

TEXT = {"zh": "甲", "en": "a"}
SIGN = {"measure": "m", "at_least": 1, "text": TEXT}


def watch(points=1, signs=1, types=("distress",)):
    named = [{"id": f"p{at}", "name": TEXT, "signs": [SIGN]} for at in range(points)]
    named[0]["signs"] = [SIGN] * (signs - points + 1)
    weights = {one["id"]: 10 for one in named}
    levels = {"notice": 1, "warning": 2, "restriction": 3}
    kinds = [{"id": kind, "name": TEXT, "points": weights, "levels": levels} for kind in types]
    told = {"version": 1, "review_ppm": 1, "cool_days": 1, "points": named, "types": kinds}
    dumper = yaml.SafeDumper
    dumper.ignore_aliases = lambda *_: True
    return yaml.dump(told, Dumper=dumper, allow_unicode=True)


def taken(source, known=("m",)):
    try:
        return bool(read_tried(source, known))
    except WatchError:
        return False


@pytest.mark.parametrize(("points", "signs"), [(MOST_POINTS, MOST_POINTS), (MOST_POINTS, MOST_SIGNS), (1, MOST_SIGNS)])
def test_each_size_has_its_end(points, signs):
    source = watch(points, signs)
    assert taken(source)
    if points == MOST_POINTS:
        assert not taken(watch(points + 1, max(signs, points + 1)))
    if signs == MOST_SIGNS:
        assert taken(watch(points, signs - 1))
        assert not taken(watch(points, signs + 1))


@pytest.mark.parametrize(("length", "right"), [(LONGEST - 1, True), (LONGEST, True), (LONGEST + 1, False)])
def test_so_many_characters_at_most(length, right):
    source = watch()
    assert taken(source + "#" * (length - len(source))) == right


@pytest.mark.parametrize("change", [{"known": ()}, {"source": watch(types=())}, {"source": watch(types=("gossip",))}])
def test_what_cannot_be_measured_or_told_is_refused(change):
    assert not taken(**{"source": watch(), **change})


def test_an_alias_is_refused_before_it_is_followed(monkeypatch):
    monkeypatch.setattr(tried, "read_watch", lambda _: pytest.fail("it was read"))
    with pytest.raises(WatchError, match="aliases"):
        read_tried("a: &a [1]\nb: [*a, *a]\n", ())
