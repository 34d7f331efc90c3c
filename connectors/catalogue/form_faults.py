"""What is wrong with the form of a catalogue file, in words for whoever wrote it: Chinese, then English. Pure."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

import msgspec

from connectors.model.folding import heading_key

_PLACE = re.compile(r" - at (`key` in )?`\$\.?(.*)`$")
_STEP = re.compile(r"\[\.\.\.\]|[^.\[\]]+")
_ANY_KEY = "[...]"  # as msgspec writes a member of a table, whichever it is
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(.*)`")
_OURS = re.compile(r"[\u4e00-\u9fff]")  # what a structure of ours says of itself, in both languages
_CHOICE = re.compile(r"Invalid (?:enum )?value '?(.*?)'?", re.DOTALL)
_WRONG_TYPE = re.compile(r"Expected `([^`]+)`(?:, got `([^`]+)`)?")
_LIMIT = re.compile(r"Expected `\w+` (of length )?(>=|<=|>|<) (\S+)")
_CODE = re.compile(r"Expected `str` matching regex .*")
_TYPES = {
    "str": ("文字", "text"),
    "int": ("整数", "a whole number"),
    "float": ("小数", "a number with decimals"),
    "bool": ("true 或 false", "true or false"),
    "array": ("列表（[甲, 乙]）", "a list ([a, b])"),
    "object": ("一组成员（{名: 值}）", "a group of members ({name: value})"),
    "null": ("空", "nothing"),
    "date": ("日期", "a date"),
    "datetime": ("时间", "a time"),
    "": ("别的", "something else"),
}
_HINTS = {
    ("array", "str"): ("只有一个也写成 [甲]", "one alone is written [a] too"),
    ("array", "object"): ("每项以“- ”开头", "each item begins with '- '"),
    **dict.fromkeys(
        [("str", "int"), ("str", "float"), ("str", "bool"), ("str", "date"), ("str", "")],
        ('请加引号，如 "1"', 'put it in quotation marks: "1"'),
    ),
}
# libyaml's own words for what goes wrong most.
_YAML = {
    "tab": "缩进用了制表符，请改用空格",
    "did not find expected key": "缩进不齐，或少了冒号",
    "did not find expected '-' indicator": "缩进不齐，或少了“- ”",
    "did not find expected ',' or '": "括号没有闭合，或少了逗号",
    "did not find expected node content": "括号没有闭合，或值没有写完",
    "found unexpected end of stream": "引号没有闭合",
    "mapping values are not allowed": "冒号用错了位置；含冒号的文字请加引号",
    "could not find expected ':'": "少了冒号",
    "unknown escape character": "双引号内不能用反斜杠，请改用单引号",
}


def fault_of_form(fault: msgspec.ValidationError, kind: Any) -> tuple[list[str], str]:  # noqa: ANN401 - msgspec's own
    """Return where in a value of this kind something is wrong, by its steps, and what."""
    found = _PLACE.search(str(fault))
    steps, of_key = (_STEP.findall(found[2]), bool(found[1])) if found else ([], False)
    said = _PLACE.sub("", str(fault))
    part = _part_of(msgspec.inspect.type_info(kind), steps)
    path = [step for step in steps if step != _ANY_KEY]
    if unknown := _UNKNOWN.fullmatch(said):
        members = [field.encode_name for field in part.fields] if isinstance(part, msgspec.inspect.StructType) else []
        return [*path, unknown[1]], f"没有这个成员 there is no such member{nearest(unknown[1], members)}"
    if missing := _MISSING.fullmatch(said):
        return path, f"缺少成员 {missing[1]} the member {missing[1]} is missing"
    if choice := _CHOICE.fullmatch(said):
        words = [str(word) for word in part.values if word] if isinstance(part, msgspec.inspect.LiteralType) else []
        return path, f"不能是“{choice[1]}” it cannot be {choice[1]}{nearest(choice[1], words)}"
    if wrong := _WRONG_TYPE.fullmatch(said):
        return path, ("其中的名称" if of_key else "") + _wrong_type(
            wrong[1].split(" | "), wrong[2] or "", of_key=of_key
        )
    if _CODE.fullmatch(said):
        text = "应以小写字母开头，只用小写字母、数字和下划线 begin with a small letter; a-z, 0-9 and _ alone"
        return path, ("其中的名称" if of_key else "") + text
    if limit := _LIMIT.fullmatch(said):
        of_length = ("长度", "its length ") if limit[1] else ("", "it ")
        return path, f"{of_length[0]}应 {limit[2]} {limit[3]} {of_length[1]}must be {limit[2]} {limit[3]}"
    return path, said if _OURS.search(said) else "形式不对 its form is wrong"


def fault_of_yaml(problem: str) -> str:
    """Return what is wrong with a text that is no YAML."""
    known = next((zh for words, zh in _YAML.items() if words in problem), "")
    return f"不是 YAML{f'：{known}' if known else ''} is not YAML: {problem}"


def nearest(word: str, known: Iterable[str] | Mapping[str, str]) -> str:
    """Return the word that was probably meant, and all that are known; each may have a title in Chinese."""
    titles = known if isinstance(known, Mapping) else dict.fromkeys(known, "")
    if not titles:
        return ""
    forms = {heading_key(form): name for name, title in titles.items() for form in (title, name) if form}
    near = get_close_matches(heading_key(word), forms, n=1)
    listed = "、".join(f"{name}（{title}）" if title else name for name, title in titles.items())
    ask = f"；是 {forms[near[0]]} 吗 did you mean {forms[near[0]]}?" if near else ""
    return f"{ask}；可用的有 known are: {listed}"


def place_in_words(path: Iterable[str]) -> str:
    """Return a path as people read it: the items of lists are counted from 1."""
    return ".".join(f"#{int(step) + 1}" if step.isdecimal() else step for step in path)


def _wrong_type(wanted: list[str], got: str, *, of_key: bool) -> str:
    words = [_TYPES.get(word, (word, word)) for word in wanted if word != "null"]
    zh_wanted, en_wanted = "或".join(word[0] for word in words), " or ".join(word[1] for word in words)
    zh_got, en_got = _TYPES.get(got, (got, got))
    hint = next((_HINTS[word, got] for word in wanted if (word, got) in _HINTS), None)
    zh_hint, en_hint = (f"：{hint[0]}", f": {hint[1]}") if hint else ("", "")
    en_name = "a name there is " if of_key else "it is "
    return f"应为{zh_wanted}，却是{zh_got}{zh_hint} {en_wanted} is wanted, {en_name}{en_got}{en_hint}"


def _part_of(info: Any, steps: Iterable[str]) -> Any:  # noqa: ANN401 - msgspec describes types by many classes
    """Return the type that stands where these steps lead."""
    for step in steps:
        for one in getattr(info, "types", [info]):
            if isinstance(one, msgspec.inspect.StructType):
                info = next((field.type for field in one.fields if field.encode_name == step), None)
            elif isinstance(one, msgspec.inspect.DictType):
                info = one.value_type
            elif isinstance(one, msgspec.inspect.ListType):
                info = one.item_type
    return info
