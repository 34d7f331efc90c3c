"""Why an enterprise answers or changes a consent: reasons to choose from, each with words of its own behind it. Pure.

A reason is kept as text, in Chinese, as both parties read it.
"""

from collections.abc import Mapping

REASONS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "reject": {
        "not-asked": ("本企业没有申请过", "We did not apply for this"),
        "too-much": ("要求的范围或期限超过需要", "It asks for more, or for longer, than is needed"),
        "no-longer": ("不再需要", "It is not needed any more"),
        "unknown": ("不清楚用途，请先与本企业联系", "What it is for is not clear: ask us first"),
        "other": ("其他原因", "Another reason"),
    },
    "pause": {
        "checking": ("正在核对查询情况", "We are looking at who asked"),
        "not-now": ("暂不办理业务", "No business for the time being"),
        "other": ("其他原因", "Another reason"),
    },
    "revoke": {
        "settled": ("贷款已结清或不再申请", "The loan is repaid, or not applied for any more"),
        "another-bank": ("改由其他机构办理", "Another institution does it"),
        "too-often": ("查询过于频繁", "Questions come too often"),
        "misused": ("认为授权被不当使用", "We think the consent is misused"),
        "other": ("其他原因", "Another reason"),
    },
}


def reason_of(action: str, code: str, words: str) -> str:
    """Return a chosen reason with its own words behind it; the words alone where none of the list was chosen."""
    chosen = REASONS.get(action, {}).get(code, ("", ""))[0]
    return "；".join(part for part in (chosen, words.strip()) if part)
