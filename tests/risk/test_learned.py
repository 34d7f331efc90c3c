"""A model is data: points by steps, chances on a line, reasons; what is not sound is refused by name."""

import msgspec
import numpy as np
import pytest

from gateway.risk.foretelling import foretell, reasons_of
from gateway.risk.pieces import Piece
from gateway.risk.reading import in_both_orders
from risk_monitor.errors import WatchError
from risk_monitor.judging import Measures, judge
from risk_monitor.learned import MOST_POINTS, chance_of, in_turn, order_of, points_of, read_learned, write_learned
from risk_monitor.load import load_watch
from tests.watches import model, model_source


def measures(**columns):
    values = {name: np.array([one or 0 for one in column]) for name, column in columns.items()}
    return Measures(values, {name: np.array([one is not None for one in column]) for name, column in columns.items()})


def test_points_are_those_of_the_step_and_of_none():
    news, promised = [4, 5, 19, 20, 99, None], [799, 800, 1199, 1200, None, 0]
    total, apart = points_of(model(), measures(op_neg_2y=news, ma_yield_promised=promised))
    assert apart[:, 0].tolist() == [0, 40, 40, 80, 80, 0]
    assert apart[:, 1].tolist() == [0, 60, 60, 150, -5, 0]
    assert total.tolist() == (apart.sum(axis=1) - 700).tolist()


def test_a_measure_that_is_missing_altogether_has_no_value_for_anybody():
    assert points_of(model(), measures(op_neg_2y=[30]))[1].tolist() == [[80, -5, 0, 0]]


@pytest.mark.parametrize(
    ("points", "ppm"), [(-9999, 2_000), (-705, 2_000), (-500, 50_000), (-400, 225_000), (-300, 400_000), (0, 400_000)]
)
def test_a_chance_lies_on_the_line(points, ppm):
    assert chance_of(model(), np.array([points])).tolist() == [ppm]


def test_a_model_is_written_and_read_to_the_same_digest():
    assert read_learned(model_source()).digest == model().digest
    assert model(news=81).digest != model().digest


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"version": 0}, "version"), ({"days": 0}, "days"), ({"parts": []}, "some measures"),
        ({"parts": [model().parts[0]] * 2}, "twice"), ({"chances": []}, "chances"),
        ({"chances": [(1, 5), (1, 6)]}, "both rise"), ({"chances": [(1, 5), (2, 4)]}, "both rise"),
        ({"chances": [(1, 1_000_001)]}, "both rise"), ({"chances": [(1, -1)]}, "both rise"),
        ({"parts": [msgspec.structs.replace(model().parts[0], bounds=[5, 5])]}, "bounds rise"),
        ({"parts": [msgspec.structs.replace(model().parts[0], points=[1, 2])]}, "one more"),
        ({"parts": [msgspec.structs.replace(model().parts[0], none=MOST_POINTS + 1)]}, "at most"),
    ],
)  # fmt: skip
def test_what_is_not_sound_is_refused(changes, said):
    with pytest.raises(WatchError, match=said):
        read_learned(write_learned(msgspec.structs.replace(model(), **changes)))


@pytest.mark.parametrize("source", ["parts: 1", "]", "version: one"])
def test_what_is_no_model_is_refused(source):
    with pytest.raises(WatchError, match="form of the model"):
        read_learned(source)


def test_the_most_points_are_taken():
    part = msgspec.structs.replace(model().parts[0], none=-MOST_POINTS)
    assert read_learned(write_learned(msgspec.structs.replace(model(), parts=[part])))


def test_orders_are_woven_in_turn_and_nobody_comes_twice():
    rules, learned = np.array([3, 1, 0, 2]), np.array([1, 2, 3, 0])
    assert in_turn([rules, learned]).tolist() == [3, 1, 2, 0]
    assert order_of(np.array([5, 9, 5]), np.array([20, 10, 11])).tolist() == [1, 2, 0]


def piece(first, **columns):
    whole = measures(**columns)
    number = len(next(iter(columns.values())))
    return Piece(np.arange(first, first + number), whole, judge(load_watch(), whole))


def test_the_first_and_those_that_stand_are_kept_across_pieces():
    pieces = [piece(1, op_neg_2y=[0, 30, 0]), piece(4, op_neg_2y=[6, 0])]
    found = foretell(model(), pieces, 1, {5})
    assert [(one.subject, one.place, one.points) for one in found] == [(2, 1, -625), (5, 5, -705)]
    assert [one.subject for one in foretell(model(), pieces, 2, set())] == [2, 4]
    assert found[0].reasons == [("op_neg_2y", 30, 80)]


def test_reasons_are_what_told_against_it_the_heaviest_first():
    known = measures(op_neg_2y=[6], ma_yield_promised=[1300], near_leads=[None])
    assert reasons_of(model(), points_of(model(), known)[1], known, 0) == [
        ("ma_yield_promised", 1300, 150), ("op_neg_2y", 6, 40),
    ]  # fmt: skip


class Standing:
    """A risk that stands, as far as orders go by it."""

    def __init__(self, name, place):
        self.subject = type("Subject", (), {"subject_id": name})
        self.learned = type("Learned", (), {"place": place}) if place else None


def test_risks_come_as_early_as_either_order_has_them():
    rules = [Standing("a", 90), Standing("b", None), Standing("a", 90), Standing("c", 7), Standing("d", 50)]
    assert [one.subject.subject_id for one in in_both_orders(rules)] == ["a", "a", "c", "b", "d"]
    plain = [Standing("a", None), Standing("b", None)]
    assert in_both_orders(plain) == plain
