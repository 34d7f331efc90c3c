"""The parts of a joint answer, asked at once and with one deadline: what each said, or what kept it from saying it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from scoring_adapter.errors import ProviderAnswerError, ProviderError, ProviderUnavailableError
from scoring_adapter.providers.asking import ANSWERED, FAULTS, Call, Providers
from scoring_adapter.providers.joint import EMBEDDED, Joint, JointTerms, is_rankable
from scoring_adapter.providers.mapping import RelayAnswer
from scoring_adapter.providers.terms import Provider
from scoring_adapter.providers.trying import Asked

# Why a part is missing: it was asked and failed, it is suspended, or its band has no place in the order that decides.
PART_FAULTS = (*FAULTS, "suspended", "band")


@dataclass(frozen=True)
class Said:
    """What an outside part answered, or its fault, and what is counted of the call: None where it was not asked."""

    provider: str
    answer: RelayAnswer | ProviderError
    call: Call | None = None


async def ask_together(providers: Providers, joint: Joint, asked: Callable[[str], Asked]) -> list[Said]:
    """Ask the outside parts of a joint answer, each by its own terms but no longer than all of them have; `asked` makes
    the question to one of them. No transaction may be open.
    """
    names = [one.provider for one in joint.terms.parts if one.provider != EMBEDDED]
    serving = [name for name in names if name in joint.serving]
    said = await asyncio.gather(
        *(_ask(providers, _in_time(joint.serving[name], joint.terms), asked(name)) for name in serving)
    )
    by_name = {one.provider: _ranked(joint.terms, one) for one in said}
    return [by_name.get(name) or suspended(name) for name in names]


def outcome_of(joint: Joint, said: Sequence[Said]) -> str:
    """Return how asking ended for all of them together: answered, or the fault of what it cannot be without."""
    faults = {one.provider: one.answer.kind for one in said if isinstance(one.answer, ProviderError)}
    missing = [faults[one.provider] for one in joint.terms.parts if one.required and one.provider in faults]
    if not missing and len(faults) == len(joint.terms.parts):  # none was required, and none answered
        missing = [*faults.values()]
    return missing[0] if missing else ANSWERED


def suspended(name: str) -> Said:
    """Return that a part is not asked, since it is suspended."""
    return Said(name, ProviderUnavailableError("suspended", f"评分提供方已停用 {name} is suspended"))


async def _ask(providers: Providers, provider: Provider, asked: Asked) -> Said:
    call = Call(ANSWERED)
    try:
        return Said(provider.name, await providers.ask(provider, asked, call), call)
    except ProviderError as fault:
        return Said(provider.name, fault, call)


def _in_time(provider: Provider, terms: JointTerms) -> Provider:
    """Return a provider that is given no longer than all parts have together: it is as late for them as for itself."""
    return replace(provider, terms=replace(provider.terms, time_ms=min(provider.terms.time_ms, terms.time_ms)))


def _ranked(terms: JointTerms, said: Said) -> Said:
    """Return what a part said, or its fault where the rule cannot rank its band. It has answered all the same."""
    if isinstance(said.answer, ProviderError) or is_rankable(terms, said.answer.band):
        return said
    told = f"{said.provider} 的分档不在约定之列 gave a band that has no place in the order"
    return replace(said, answer=ProviderAnswerError("band", told))
