"""What terms say beside who, what and how long, in words: a label and a text for each thing that is said. Pure."""

from collections.abc import Mapping, Sequence

from consent.durations import read_duration
from consent.parts import Detail, Limit, Obligation
from consent.terms import FIRST_SCHEMA, Terms

_UNITS: Mapping[str, tuple[str, str]] = {
    "H": ("小时", "hour"), "D": ("天", "day"), "W": ("周", "week"), "M": ("个月", "month"), "Y": ("年", "year"),
}  # fmt: skip
_TIERS: Mapping[str, tuple[str, str]] = {"basic": ("概要", "in outline"), "detail": ("详细", "in detail")}
_OWED: Mapping[str, tuple[str, str]] = {
    "report_usage": ("{} 内报告应用结果", "report what came of it within {}"),
    "delete_after": ("{} 后删除", "delete it after {}"),
    "no_onward": ("不得转给他人", "pass it on to nobody"),
}
Lines = Sequence[tuple[str, str]]


def duration_in(language: str, duration: str) -> str:
    """Return a duration in "zh" or "en"."""
    number, unit = read_duration(duration)
    zh, en = _UNITS[unit]
    return f"{number} {zh}" if language == "zh" else f"{number} {en}{'' if number == 1 else 's'}"


def more_lines(terms: Terms, language: str) -> Lines:
    """Return the lines of what terms of the whole artefact say; none for the first schema, which says no more."""
    if terms.schema == FIRST_SCHEMA:
        return []
    zh = language == "zh"
    found: list[tuple[str, str]] = [(("数据范围", "Which data")[not zh], _scope(terms, language))]
    if terms.limits:
        found.append(("频次" if zh else "In a period", "；".join(_limit(one, language) for one in terms.limits)))
    found.append(("留存" if zh else "Keeping", _keeping(terms, language)))
    owed = "；".join(_obligation(one, language) for one in terms.obligations)
    if owed:
        found.append(("机构的义务" if zh else "The institution has to", owed))
    if terms.onward:
        found.append(("可转给" if zh else "It may be passed on to", "、".join(terms.onward)))
    if terms.required_approvals > 1:
        many = terms.required_approvals
        said = f"本企业 {many} 名签署人" if zh else f"{many} signatories of the enterprise"
        found.append(("须同意者" if zh else "Who has to agree", said))
    if terms.persons:
        roles = "、".join(f"{one.role}（{one.person[:8]}…）" for one in terms.persons)
        found.append(("须本人单独同意" if zh else "Persons who have to consent themselves", roles))
    if terms.supersedes is not None:
        said = f"同意后代替授权 {terms.supersedes}" if zh else f"in place of the consent {terms.supersedes}"
        found.append(("续期" if zh else "Renewal", said))
    return found


def _scope(terms: Terms, language: str) -> str:
    zh = language == "zh"
    parts = [_detail(one, language, named=len(terms.granted()) > 1) for one in terms.granted()]
    days = [f"{terms.data_from or '…'} – {terms.data_to or '…'}"] if terms.data_from or terms.data_to else []
    return ("；" if zh else "; ").join([*parts, *days])


def _detail(detail: Detail, language: str, *, named: bool) -> str:
    zh = language == "zh"
    said = [_TIERS[detail.tier][not zh]]
    said.append("、".join(detail.categories) or ("全部类别" if zh else "every category"))
    said.append("、".join(detail.sources) or ("全部来源" if zh else "every agency"))
    head = f"{'、'.join(detail.products)}: " if named else ""
    return head + ("，" if zh else ", ").join(said)


def _limit(limit: Limit, language: str) -> str:
    zh, en = _UNITS[limit.unit]
    if language == "zh":
        since = "自授权起每" if limit.alignment == "consent" else "每"
        return f"{since}{zh.removeprefix('个')}最多 {limit.count} 次"
    return f"at most {limit.count} in a {en}" + (", from its begin on" if limit.alignment == "consent" else "")


def _keeping(terms: Terms, language: str) -> str:
    zh = language == "zh"
    if terms.access_mode == "VIEW":
        return "只可查看，不得留存" if zh else "for looking at only, not for keeping"
    if read_duration(terms.data_life)[0] == 0:
        return "可留存" if zh else "it may be kept"
    long = duration_in(language, terms.data_life)
    return f"可留存 {long}" if zh else f"it may be kept for {long}"


def _obligation(one: Obligation, language: str) -> str:
    words = _OWED.get(one.kind, (one.kind, one.kind))[language != "zh"]
    return words.format(duration_in(language, one.within)) if one.within else words.replace("{} ", "")
