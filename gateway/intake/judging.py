"""Whether a submission is taken in: its columns are judged before, its values after; raising stores nothing."""

from sqlalchemy.ext.asyncio import AsyncSession

from connectors.conversion.binding import Binding
from connectors.conversion.headers import PARTY, ROW, layout_of
from connectors.errors import ConnectorError
from connectors.quality.drift import FEWEST_ROWS, Finding, Profile, compare_layouts, compare_profiles
from connectors.store.history import load_history, load_layouts
from gateway.intake.held import accepted_batches

_OBJECTS = frozenset({"json", "ndjson", "xml"})


class DriftError(ConnectorError):
    """The submission looks unlike those before it."""

    def __init__(self, findings: list[Finding]) -> None:
        zh = "；".join(finding.zh for finding in findings)
        en = "; ".join(finding.en for finding in findings)
        super().__init__(f"与以往提交的不同：{zh} it differs from earlier ones: {en}")
        self.findings = findings


async def judge_layout(session: AsyncSession, binding: Binding, encoding: str) -> None:
    """Raise DriftError where the columns differ from those of every earlier one."""
    known = await load_layouts(session, binding.dataset)
    if findings := compare_layouts(known, layout_of(binding), members=encoding in _OBJECTS):
        raise DriftError(findings)


async def judge_profile(session: AsyncSession, binding: Binding, profile: Profile) -> None:
    """Raise DriftError where the values jumped."""
    if profile.rows < FEWEST_ROWS:
        return
    titles = {bound.name: bound.field.zh for bound in binding.fields} | {PARTY: "主体", ROW: "整行"}
    dataset = binding.dataset
    accepted = await accepted_batches(session, dataset.agency, dataset.dataset)
    if findings := compare_profiles(await load_history(session, dataset, accepted), profile, titles):
        raise DriftError(findings)
