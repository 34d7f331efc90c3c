"""What is agreed of a joint answer, and what the answers of its parts come to: whole numbers alone."""

import pytest

from scoring_adapter.providers.joint import (
    LEAST_PARTS,
    MOST_PARTS,
    WHOLE_PPM,
    JointTerms,
    Part,
    combine,
    fault_of_joint,
    is_rankable,
    joint_terms_of,
)
from scoring_adapter.providers.terms import LIMITS, LONGEST_BAND, MOST_BANDS, Band

BANDS = (Band(600, "good"), Band(0, "fair"))
MEAN = JointTerms((Part("a", weight_ppm=250_000), Part("b", True, 750_000)), "weighted-mean", bands=BANDS)
WORST = JointTerms((Part("a"), Part("b")), "worst-band", order=("优", "良", "差"))
BESIDE = JointTerms((Part("a"), Part("b")), "beside")


@pytest.mark.parametrize("terms", [MEAN, WORST, BESIDE], ids=lambda one: one.rule)
def test_terms_are_the_same_once_stored(terms):
    assert fault_of_joint(terms) is None
    assert joint_terms_of(terms.members()) == terms


def many(number):
    return tuple(Part(f"p-{one}") for one in range(number))


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        (JointTerms(many(LEAST_PARTS - 1), "beside"), "parts"), (JointTerms(many(LEAST_PARTS), "beside"), None),
        (JointTerms(many(MOST_PARTS), "beside"), None), (JointTerms(many(MOST_PARTS + 1), "beside"), "parts"),
        (JointTerms((Part("a"), Part("a")), "beside"), "parts"), (JointTerms(many(2), "best"), "rule"),
        *((JointTerms(many(2), "beside", time_ms=time), said) for time, said in (
            (LIMITS["time_ms"][0] - 1, "time_ms"), (LIMITS["time_ms"][0], None), (LIMITS["time_ms"][1], None),
            (LIMITS["time_ms"][1] + 1, "time_ms"))),
        *((JointTerms((Part("a", weight_ppm=one), Part("b", weight_ppm=WHOLE_PPM - 1)), "weighted-mean", bands=BANDS),
           said) for one, said in ((0, "weight"), (1, None), (2, "weight"))),
        (JointTerms((Part("a", weight_ppm=1), Part("b")), "beside"), "weight"),
        (JointTerms(MEAN.parts, "weighted-mean"), "bands"), (JointTerms(many(2), "beside", bands=BANDS), "bands"),
        (JointTerms(MEAN.parts, "weighted-mean", bands=(Band(600, "good"),)), "down to 0"),
        (JointTerms(many(2), "worst-band"), "order"), (JointTerms(many(2), "beside", order=("a",)), "order"),
        (JointTerms(many(2), "worst-band", order=("a", "a")), "order"),
        *((JointTerms(many(2), "worst-band", order=tuple(f"b{one}" for one in range(number))), said)
          for number, said in ((MOST_BANDS, None), (MOST_BANDS + 1, "order"))),
        *((JointTerms(many(2), "worst-band", order=("x" * number,)), said)
          for number, said in ((LONGEST_BAND, None), (LONGEST_BAND + 1, "order"))),
        (JointTerms(many(2), "worst-band", order=(" ",)), "order"),
    ],
)  # fmt: skip
def test_what_cannot_be_agreed_says_why(terms, said):
    fault = fault_of_joint(terms)
    assert (fault is None) if said is None else said in fault


@pytest.mark.parametrize(
    ("given", "score", "band"),
    [
        ({"a": (700, "A"), "b": (500, "B")}, 550, "fair"),
        ({"a": (701, "A"), "b": (500, "B")}, 550, "fair"),  # 550.25, rounded down
        ({"a": (600, "A"), "b": (600, "B")}, 600, "good"), ({"a": (599, "A"), "b": (600, "B")}, 599, "fair"),
        ({"a": (1000, "A"), "b": (1000, "B")}, 1000, "good"), ({"a": (0, "A"), "b": (0, "B")}, 0, "fair"),
        ({"b": (601, "B")}, 601, "good"),  # by the weights of those that gave one
    ],
)  # fmt: skip
def test_a_mean_is_of_those_that_gave_a_score_and_rounded_down(given, score, band):
    common = combine(MEAN, given)
    assert (common.score, common.band, common.counted) == (score, band, frozenset(given))


@pytest.mark.parametrize(
    ("given", "band"),
    [({"a": (900, "优"), "b": (100, "良")}, "良"), ({"a": (900, "差"), "b": (100, "优")}, "差"),
     ({"a": (900, "优")}, "优")],
)  # fmt: skip
def test_the_worst_band_is_by_the_order_and_not_by_the_score(given, band):
    common = combine(WORST, given)
    assert (common.score, common.band) == (None, band)


def test_what_stands_beside_each_other_has_no_common_score_nor_has_nothing():
    assert combine(BESIDE, {"a": (900, "优")}).score is None
    assert combine(BESIDE, {"a": (900, "优")}).counted == frozenset()
    assert (combine(MEAN, {}).score, combine(WORST, {}).band) == (None, None)


@pytest.mark.parametrize(("band", "ranked"), [("差", True), ("极差", False), ("", False)])
def test_a_band_without_a_place_in_the_order_is_not_ranked(band, ranked):
    assert is_rankable(WORST, band) is ranked
    assert is_rankable(MEAN, band)
