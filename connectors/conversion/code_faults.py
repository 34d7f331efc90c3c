"""Why a code is none of an enterprise: its length, a character, or a check digit. Pure.

Only places and lengths are told, never the digits: what looks like an enterprise's code may be a person's number.
"""

from connectors.conversion.cells import HIDDEN, without_citizens
from connectors.conversion.identifiers import ALPHABET, DEPARTMENTS, Kind, is_organisation, read_identifier, uscc_check
from connectors.model.folding import code_key

_LENGTHS = (9, 15, 18)  # organisation codes; registration and tax numbers; unified codes, and tax numbers too
_NOT_A_CODE = ("不是有效的企业代码", "not a valid code of an enterprise")
_DIGITS = range(2, 8)  # the district in a unified code


_OTHERS = {
    Kind.CITIZEN: ("这是自然人的证件号码", "it is the number of a person"),
    Kind.EMPTY: ("没有内容", "it is empty"),
    Kind.MASKED: ("有几位被遮盖", "some characters are starred out"),
    Kind.ORGANISATION: ("这是组织机构代码", "it is an organisation code"),
    Kind.REGISTRATION: ("这是工商注册号", "it is a registration number"),
    Kind.TAX: ("这是旧税号", "it is an old tax number"),
    Kind.UNCHECKED: ("这是没有校验位的旧证照号", "it is the number of an old licence, without a check digit"),
}


def fault_of_cell(cell: str) -> str:
    """Return what is wrong with a code that is none of an enterprise, in Chinese and in English."""
    zh, en = _fault_of(cell)
    return f"{_NOT_A_CODE[0]}：{zh} {_NOT_A_CODE[1]}: {en}"


def fault_of_unified(said: str) -> str:
    """Return why what somebody gave is no unified code, in Chinese and in English."""
    zh, en = _OTHERS.get(read_identifier(said).kind) or _fault_of(said)
    return f"不是统一社会信用代码：{zh}。It is no unified social credit code: {en}."


def _fault_of(cell: str) -> tuple[str, str]:
    code = code_key(cell)
    if without_citizens(cell).strip() == HIDDEN:
        return "像自然人的证件号码，校验位不符", "it looks like a person's number, whose check digit is wrong"
    code = code[:8] + code[9:] if len(code) == 10 and code[8] == "-" else code  # an organisation code's hyphen
    if len(code) not in _LENGTHS:
        return (
            f"有 {len(code)} 位，统一社会信用代码应为 18 位（旧代码 9、15 位）",
            f"it has {len(code)} characters; a unified code has 18 (old ones 9 or 15)",
        )
    if odd := next((place for place, character in enumerate(code, start=1) if not _is_plain(character)), 0):
        return f"第 {odd} 位不是字母或数字", f"character {odd} is neither a letter nor a digit"
    if len(code) == 18:
        return _of_unified(code)
    return f"{len(code)} 位代码的校验位不符", f"the check digit of a code of {len(code)} is wrong"


def _of_unified(code: str) -> tuple[str, str]:
    for place, character in enumerate(code, start=1):
        if character not in ALPHABET:
            return (
                f"第 {place} 位是 {character}，统一社会信用代码没有字母 I、O、S、V、Z（是否应为数字 1、0、5、2？）",
                f"character {place} is {character}; no unified code has an I, O, S, V or Z (is it 1, 0, 5 or 2?)",
            )
        if place - 1 in _DIGITS and not character.isdecimal():
            return f"第 {place} 位应为数字", f"character {place} must be a digit"
    if code[0] not in DEPARTMENTS:
        return "第 1 位不是登记管理部门的代码", "character 1 is none of a registering department"
    if uscc_check(code[:17]) != code[17]:
        return "第 18 位校验码不符，请逐位核对", "the check character, the 18th, is wrong: compare them one by one"
    if not is_organisation(code[8:17]):
        return "第 17 位（组织机构代码的校验位）不符", "the 17th, the organisation code's check digit, is wrong"
    return "不符合编码规则", "it breaks the rules of codes"


def _is_plain(character: str) -> bool:
    return character.isascii() and character.isalnum()
