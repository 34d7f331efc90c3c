"""What is said of a name that nothing has: the nearest names there are, and what lists all of them. Pure."""

import difflib
from collections.abc import Iterable, Mapping

NEAREST = 3
# What each kind is called in Chinese and in English, and the command that lists all of it.
_KINDS = {
    "dataset": ("数据目录", "dataset", "xinqiao dataset list"),
    "agency": ("部门", "agency", "xinqiao agency list"),
    "catalogue": ("部门或数据目录", "agency or dataset", "xinqiao agency list, xinqiao dataset list"),
    "source": ("来源", "source", "xinqiao source list"),
    "institution": ("机构", "institution", "xinqiao institution list"),
    "account": ("账户", "account", "xinqiao account list"),
    "signatory": ("签署人", "signatory", "xinqiao signatory list"),
    "platform": ("平台", "platform", "xinqiao platform list"),
    "auditor": ("审计管理员", "auditor", "xinqiao auditor list"),
    "operator": ("安全管理员", "operator", "xinqiao operator list"),
    "system": ("系统管理员", "system administrator", "xinqiao system list"),
    "person": ("人员", "person", "xinqiao person list"),
    "client": ("客户端", "client", "xinqiao account list, xinqiao agency list"),
}


def nearest(name: str, known: Mapping[str, str] | Iterable[str]) -> list[str]:
    """Return the names that are spelled most alike, the nearest first; a mapping says what else each is called."""
    also = dict(known) if isinstance(known, Mapping) else dict.fromkeys(known, "")
    return sorted(also, key=lambda code: (-max(_likeness(name, code), _likeness(name, also[code])), code))[:NEAREST]


def unknown(kind: str, name: str, known: Mapping[str, str] | Iterable[str]) -> str:
    """Say that nothing of this kind (a key of _KINDS) has this name, which names are near, and what lists all."""
    zh, en, lists = _KINDS[kind]
    near = "、".join(nearest(name, known))
    near_zh, near_en = (f"；相近的有 {near}", f"; the nearest are {near}") if near else ("", "")
    return f"没有{zh} {name}{near_zh}；用 {lists} 查看全部 there is no {en} {name}{near_en}; {lists} lists all"


def _likeness(name: str, other: str) -> float:
    return difflib.SequenceMatcher(None, name.casefold(), other.casefold(), autojunk=False).ratio() if other else 0.0
