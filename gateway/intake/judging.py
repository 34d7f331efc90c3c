"""Whether a submission is taken in: its columns are judged before, its values after; raising stores nothing."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from connectors.catalogue.load import datasets
from connectors.conversion.binding import Binding
from connectors.conversion.headers import PARTY, ROW, header_key, known_layout, layout_of
from connectors.decoding.layout import Layout
from connectors.errors import ConnectorError
from connectors.model.datasets import Dataset
from connectors.quality.drift import FEWEST_ROWS, Finding, Profile, compare_layouts, compare_profiles, in_words
from connectors.store.batches import find_unpacked
from connectors.store.history import load_headers, load_history
from gateway.intake.held import accepted_batches

_OBJECTS = frozenset({"json", "ndjson", "xml"})


class DriftError(ConnectorError):
    """The submission looks unlike those before it."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(f"与以往提交的不同 it differs from earlier ones：{in_words(findings)}")
        self.findings = findings


async def judge_layout(session: AsyncSession, binding: Binding, encoding: str) -> bool:
    """Tell whether an earlier one had these very columns. Raises DriftError where they differ from every one's."""
    dataset, columns = binding.dataset, sorted(header_key(binding.header))
    headers = await load_headers(session, dataset)
    if any(sorted(keys) == columns for keys in headers):
        return True
    known = [known_layout(dataset, keys) for keys in headers]
    if findings := compare_layouts(known, layout_of(binding), members=encoding in _OBJECTS):
        raise DriftError(findings)
    return False


async def judge_profile(session: AsyncSession, binding: Binding, profile: Profile) -> None:
    """Raise DriftError where the values jumped."""
    if profile.rows < FEWEST_ROWS:
        return
    titles = {bound.name: bound.field.zh for bound in binding.fields} | {PARTY: "主体", ROW: "整行"}
    dataset = binding.dataset
    accepted = await _accepted(session, dataset)
    if findings := compare_profiles(await load_history(session, dataset, accepted), profile, titles):
        raise DriftError(findings)


async def _accepted(session: AsyncSession, dataset: Dataset) -> list[UUID]:
    """Return the batches whose values a person accepted, among them those unpacked out of a batch that was."""
    bringing = [
        one.dataset for one in datasets().values() if one.unpack and dataset.dataset in one.unpack.into.values()
    ]
    found = await accepted_batches(session, dataset.agency, dataset.dataset)
    for name in bringing:
        whole = await accepted_batches(session, dataset.agency, name)
        found += await find_unpacked(session, whole, [dataset.dataset])
    return found


async def foresee(session: AsyncSession, layout: Layout, profile: Profile | None) -> list[Finding]:
    """Return why a submission would be held, were it handed in now; of its columns alone where its profile is None."""
    try:
        await judge_layout(session, layout.binding, layout.table.encoding)
        if profile:
            await judge_profile(session, layout.binding, profile)
    except DriftError as drift:
        return drift.findings
    return []
