"""A scan keeps the card it began with; once another is in force, everybody is scored again."""

from gateway.runtime.actor import PROGRAM
from gateway.scores.nightly import find_due
from scoring_adapter.card import load_card
from tests.cards import at_once, released, returned, source_of
from tests.scores.scanning import rows, scan_all
from tests.scores.test_scan import killed, nothing_scanned, standing_rows, town

__all__ = ["town"]
MODELS = "SELECT b.model FROM scan_run r JOIN score_basis b USING (basis_id) ORDER BY r.run_id DESC LIMIT 1"


async def due(gateway):
    """Tell what the worker would scan now, if the night's scan were done."""
    async with gateway.units.begin("test.due", PROGRAM) as work:
        return await find_due(work, 0, work.now)


async def test_a_scan_that_is_gone_on_with_ends_by_the_card_it_began_with_and_then_all_are_scored_again(
    town, monkeypatch
):
    at_once(monkeypatch)
    gateway = town.gateway
    await scan_all(gateway)
    before = await standing_rows(gateway)
    await nothing_scanned(gateway)
    async with killed(monkeypatch, "after", "scan.piece"):
        await scan_all(gateway)
    await released(gateway, source_of(3, base=load_card().base + 3))
    assert (await scan_all(gateway)).state == "finished"
    assert await standing_rows(gateway) == before
    assert await rows(gateway, MODELS) == [(load_card().model(),)]
    request = await due(gateway)
    assert request is not None
    assert not request.incremental
    run = await scan_all(gateway, incremental=True)  # which all are computed by, since the card is another
    assert run.kind == "full"
    after = await standing_rows(gateway)
    scored = [(one.score, other.score) for one, other in zip(before, after, strict=True) if one.score is not None]
    assert scored
    assert all(new == old + 3 for old, new in scored)
    assert await due(gateway) is None
    await returned(gateway, 0)
    assert await due(gateway) is not None
    await scan_all(gateway)
    assert await standing_rows(gateway) == before
