"""What the worker computes of all enterprises: columns, scores, networks, risks. Libraries come with the first."""

from contextlib import suppress

from gateway.gateway import Gateway
from gateway.runtime.actor import PROGRAM
from gateway.runtime.clock import now


async def append_columns(gateway: Gateway) -> bool:
    """Have the column store take up what is due."""
    from gateway.scores.append import append
    from gateway.scores.store import open_store

    store = open_store(gateway.settings)
    return await append(gateway.units, store.place, store.sources, PROGRAM)


async def tidy_columns(gateway: Gateway) -> None:
    """Merge the column store's small files, and sweep what a crash left."""
    from gateway.scores.compact import tidy
    from gateway.scores.store import open_store

    await tidy(gateway.units, open_store(gateway.settings), PROGRAM)


async def scan_scores(gateway: Gateway) -> None:
    """Compute every enterprise's score anew, once a night and when many have changed."""
    from gateway.scores.nightly import scan_when_due
    from gateway.scores.store import open_store

    settings = gateway.settings
    await scan_when_due(gateway.units, open_store(settings), settings.scan_folder, settings.scan_hour, now())


async def challenge(gateway: Gateway) -> None:
    """Compare the declared challenger with the card in force, once for each scan's day."""
    from gateway.scores.challenging import challenge_when_due
    from gateway.scores.scan_errors import NothingScannedError

    settings = gateway.settings
    with suppress(NothingScannedError):  # the next scan is over the tags that there are now
        await challenge_when_due(gateway.units, settings.challenger_card, settings.challenger_at_least)


async def renew_scores(gateway: Gateway) -> bool:
    """Compute the scores again of those for whom something landed."""
    from gateway.scores.rescoring import score_again

    return await score_again(gateway.units)


async def forget_past_scores(gateway: Gateway) -> bool:
    """Delete scores that held until long ago."""
    from gateway.scores.past import forget_past

    async with gateway.units.begin("scores.forget", PROGRAM) as work:
        return await forget_past(work, gateway.settings.score_days)


async def read_edges(gateway: Gateway) -> bool:
    """Read the edges of enterprises anew of whom something has come."""
    from gateway.network.taking_up import take_up

    return await take_up(gateway.units, gateway.protector)


async def compute_network(gateway: Gateway) -> None:
    """Compute where every enterprise stands in the network, once a night."""
    from gateway.network.nightly import compute_when_due

    await compute_when_due(gateway.units, gateway.settings.scan_hour, now())


async def judge_risks(gateway: Gateway) -> None:
    """Judge every enterprise by what is watched for, once a day."""
    from gateway.risk.watching import judge_when_due
    from gateway.scores.store import open_store

    await judge_when_due(gateway.units, open_store(gateway.settings), gateway.settings.scan_hour, now())


async def watch_sites(gateway: Gateway) -> None:
    """Judge the platforms' days that are over; one whose figures have not come is tried again."""
    from gateway.sites.judging import judge_sites

    await judge_sites(gateway.units, PROGRAM)


async def forget_past_risks(gateway: Gateway) -> bool:
    """Delete what the risk watch, and that over platforms, found until long ago."""
    from gateway.risk.past import forget_risks
    from gateway.sites.keeping import forget_findings

    async with gateway.units.begin("risk.forget", PROGRAM) as work:
        await forget_findings(work, gateway.settings.risk_days)
        return await forget_risks(work, gateway.settings.risk_days)


async def try_watches(gateway: Gateway) -> None:
    """Judge every enterprise by a watch that somebody tries out; nothing of it is put in force."""
    from gateway.risk_analysis.trying import try_waiting
    from gateway.scores.store import open_store

    await try_waiting(gateway.units, open_store(gateway.settings))
