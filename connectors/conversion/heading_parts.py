"""A heading taken apart: its alternatives, the words in it that say nothing, and what its last word stands for. Pure.

Agencies build their headings from the same parts: 行政 and 主要 before, 日期 or 时间 behind, 许可/处罚 for either. Two
headings of the same parts mean the same, whoever writes them; so do English ones of the same words, however cut short.
"""

import re
from functools import lru_cache

from connectors.model.folding import heading_key

_BRACKETS = re.compile(r"\([^()]*\)$|[*:]$")
_NUMBERED = re.compile(r"[^()]*\d\(([^()]{4,})\)")  # 行政相对人代码_1(统一社会信用代码): the bracket says what it is
_PARTY_CODE = re.compile(r"(?:行政)?相对人代码[-_]?([1-4])")
_PARTY_CODES = (
    "统一社会信用代码",
    "组织机构代码",
    "组织机构代码",
    "税务登记号",
)  # until 2018 and since, 2 and 3 changed places
_EITHER = re.compile(r"([^/()或]{2,})(?:/|或)([^/()]{2,})")
_IDLE = re.compile(r"(?:行政|税务|税收|主要|相关|有关|所属|具体|[本当](?:月|期|年)|监督(?=检查|抽查))(?=.{2})")
_ALIKE = {
    "发布": "公布", "公告": "公布", "评定": "评价", "抽查": "检查", "做出": "作出", "签署": "签订", "核发": "发证",
    "颁发": "发证", "签发": "发证", "颁证": "发证", "认缴额": "认缴出资额",
}  # fmt: skip
_ALIKE_WORDS = re.compile("|".join(_ALIKE))
_OFFICIAL = "处罚|检查|执法|发证|评价|考核|认定|登记|作出|监管|主管|公布|审批|批准"
# Behind at least two characters, the last word stands for its class.
_LAST = (
    (re.compile(r"(?<=..)(?:决定书?)?(?:文书?号|书号|书文号|文书编号|书编号)$"), "文号"),
    (re.compile(r"(?<=..)(?:日期|时间|日)$"), "日期"),
    (re.compile(r"(?<=..)(?:机关单位|机关|机构|部门)(?:名称)?$"), "机关"),
    (re.compile(rf"(?<!被..)(?<={_OFFICIAL})单位(?:名称)?$"), "机关"),  # any other 单位 may be the party
    (re.compile(r"(?<=..)(?:编号|号码|号)$"), "号"),
    (re.compile(r"(?<=..)(?:金额|数额|额)$"), "额"),
    (re.compile(r"(?<=..)(?:类型|类别|种类|性质)$"), "类型"),
    (re.compile(r"(?<=..)(?:年度|年份)$"), "年度"),
    (re.compile(r"(?<=..)(?:月份|年月)$"), "月份"),
    (re.compile(r"(?<=[人方户商者])名称$"), ""),
)
_TOKENS = {
    "dt": "date", "day": "date", "time": "date", "tm": "date", "nm": "name", "cd": "code", "num": "no", "number": "no",
    "amt": "amount", "money": "amount", "addr": "address", "dept": "org", "depart": "org", "authority": "org",
    "organ": "org", "unit": "org", "comp": "company", "corp": "company", "ent": "company", "enterprise": "company",
    "entity": "company", "taxer": "taxpayer", "business": "biz", "registration": "reg", "registered": "reg",
    "register": "reg", "lic": "license", "licence": "license", "licensing": "license", "penalty": "punish",
    "punishment": "punish", "rea": "reason", "certificate": "cert", "uni": "unified", "crd": "credit",
    "capt": "capital", "scop": "scope", "opt": "biz", "est": "estab", "established": "estab", "establishment": "estab",
    "val": "valid", "appr": "approval", "expire": "valid_to", "expiry": "valid_to", "check": "inspect",
    "insp": "inspect",
    "inspection": "inspect", "res": "result", "doc": "document", "decision": "decide", "decided": "decide",
    "evalua": "eval", "evalu": "eval", "evaluation": "eval", "illg": "illegal", "illeg": "illegal",
}  # fmt: skip
_IDLE_TOKENS = frozenset({"raw", "cn", "zh", "info", "of", "the"})
LONGEST = 100  # characters of a heading that is compared with others
remembered = lru_cache(maxsize=1 << 17)  # for a while: there is no end to what agencies call their columns


@remembered
def plain(heading: str) -> str:
    """Return a heading without 的 and what stands in brackets at its end."""
    key = heading_key(heading).replace("的", "")
    while (shorter := _BRACKETS.sub("", key)) != key and shorter:
        key = shorter
    return key


@remembered
def meaning(heading: str) -> str:
    """Return the key of a heading, or of what it says of itself: of the numbered codes of a party, which code it is."""
    key = heading_key(heading)
    if found := _NUMBERED.fullmatch(key):
        return found[1]
    if found := _PARTY_CODE.fullmatch(plain(key)):
        return _PARTY_CODES[int(found[1]) - 1]
    return key


@remembered
def alternatives(heading: str) -> tuple[str, ...]:
    """Return what a heading of two alternatives may stand for: 许可/处罚文书号 is 许可文书号 and 处罚文书号."""
    found = _EITHER.fullmatch(plain(meaning(heading)))
    if not found:
        return ()
    left, right = found[1], found[2]
    both = left + right[len(left) :] if len(left) < len(right) else left
    return tuple(dict.fromkeys((both, right, left)))


@remembered
def canonical(heading: str) -> str:
    """Return a heading of the parts that mean something, each in one spelling."""
    key = plain(meaning(heading))
    if key.isascii():
        tokens = [_TOKENS.get(token, token) for token in key.split("_") if token]
        return "_".join(token for token in tokens if token not in _IDLE_TOKENS) or key
    while found := _IDLE.match(key):
        key = key[found.end() :]
    key = _ALIKE_WORDS.sub(lambda found: _ALIKE[found[0]], key)
    for pattern, word in _LAST:
        if pattern.search(key):
            return pattern.sub(word, key)
    return key
