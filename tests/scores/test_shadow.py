"""A challenger beside the card in force: both score every enterprise, and nothing that stands is changed."""

import msgspec
import numpy as np
import pytest

from gateway.runtime.denial import DeniedError
from gateway.scores.scan_errors import NothingScannedError
from gateway.scores.shadow import compare_in_shadow
from scoring_adapter.card import HIGHEST, load_card
from scoring_adapter.modeling.shadow import Beside
from scoring_adapter.scan.results import NOT_SCORED
from scoring_adapter.scorecard import bind, load_scorecard
from scoring_adapter.tags.load import load_tags
from tests.actors import MACHINE, OPERATOR
from tests.scores.scanning import rows, scan_all
from tests.scores.test_scan import nothing_scanned, standing_rows, town

__all__ = ["town"]


def challenger(**changes):
    return bind(msgspec.structs.replace(load_card(), version=3, **changes), load_tags())


def silent(_done, _all):
    """No progress to show."""


async def compared(gateway, card, at_least=480, actor=MACHINE):
    async with gateway.units.begin("test.shadow", actor) as work:
        return (await compare_in_shadow(work, card, at_least, silent)).told


async def test_both_score_everybody_by_what_the_scan_left_and_nothing_is_changed(town):
    await nothing_scanned(town.gateway)
    with pytest.raises(NothingScannedError):
        await compared(town.gateway, challenger())
    await scan_all(town.gateway)
    standing = await standing_rows(town.gateway)
    scores = [row.score for row in standing if row.score is not None]
    assert scores
    same = await compared(town.gateway, challenger())
    assert (same["enterprises"], same["both_score"]) == (len(standing), len(scores))
    assert same["mean"]["champion"] == same["mean"]["challenger"] == pytest.approx(sum(scores) / len(scores))
    assert (same["psi"], same["far"], same["swapped_in"], same["swapped_out"]) == (0, 0, 0, 0)
    bands = {band.id: sum(row.band == band.id for row in standing) for band in load_card().bands}
    assert {one["band"]: one["champion"] for one in same["bands"]} == bands
    lower = await compared(town.gateway, challenger(base=load_card().base - 60))
    assert lower["mean"]["challenger"] == pytest.approx(lower["mean"]["champion"] - 60)
    assert lower["far"] == len(scores)
    assert lower["psi"] > 0.25
    assert (lower["swapped_in"], lower["swapped_out"]) == (0, 0)  # the same best ones, from a lower score on
    assert await standing_rows(town.gateway) == standing
    told = await rows(town.gateway, "SELECT type FROM audit_event WHERE type = 'scores.compared'")
    assert len(told) == 2


async def test_cards_are_compared_at_this_machine_alone(town):
    with pytest.raises(DeniedError):
        await compared(town.gateway, challenger(), actor=OPERATOR)


def counted(pairs):
    beside = Beside(load_scorecard(), challenger())
    beside.add(*(np.array(column, np.int16) for column in zip(*pairs, strict=True)))
    return beside


def test_who_would_be_admitted_instead_is_counted():
    told = counted([(500, 700), (500, 300), (470, 650), (900, 900), (NOT_SCORED, 800), (600, NOT_SCORED)]).told(480)
    assert (told["enterprises"], told["both_score"]) == (6, 4)
    assert (told["champion_alone"], told["challenger_alone"]) == (1, 1)
    assert told["admitted"] == 3
    assert told["at_least"] == {"champion": 480, "challenger": 650}
    assert (told["swapped_in"], told["swapped_out"]) == (1, 1)
    assert told["far"] == 3


@pytest.mark.parametrize(("apart", "far"), [(49, 0), (50, 1), (51, 1)])
def test_far_is_from_fifty_points_on(apart, far):
    assert counted([(500, 500 + apart)]).told(480)["far"] == far


@pytest.mark.parametrize(
    ("at_least", "admitted", "line"), [(0, 2, 0), (500, 2, 0), (501, 1, HIGHEST), (HIGHEST + 1, 0, HIGHEST + 1)]
)
def test_the_ends_of_the_scale_are_counted_too(at_least, admitted, line):
    told = counted([(500, 0), (HIGHEST, HIGHEST)]).told(at_least)
    assert (told["admitted"], told["at_least"]["challenger"]) == (admitted, line)
