"""What is wrong with a value, in our own words: the one place that speaks for the library that checks values.

A sentence per kind of error, Chinese first, with the limit; the value is never repeated, as it may be personal data.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import ValidationError

OTHER = "不符合文档 not as documented"
SENTENCES: Mapping[str, str] = {
    "missing": "必填 required",
    "missing_argument": "必填 required",
    "extra_forbidden": "没有这个字段，请核对拼写 there is no such field: check its spelling",
    "json_invalid": "不是 JSON no JSON",
    "json_type": "须为 JSON 文本 a JSON text is needed",
    "none_required": "须为空 must be null",
    "string_type": "须为文字 must be a text",
    "string_unicode": "不是有效的 UTF-8 文字 no valid UTF-8 text",
    "string_too_short": "至少 {min_length} 个字符 at least {min_length} characters",
    "string_too_long": "至多 {max_length} 个字符 at most {max_length} characters",
    "string_pattern_mismatch": "格式不符，须为 {pattern} must have the form {pattern}",
    "string_not_ascii": "只能用 ASCII 字符 ASCII characters alone",
    "literal_error": "须为其中之一 must be one of: {expected}",
    "enum": "须为其中之一 must be one of: {expected}",
    "int_type": "须为整数 must be a whole number",
    "int_parsing": "须为整数 must be a whole number",
    "int_parsing_size": "数字过大 the number is too large",
    "int_from_float": "须为整数，不能有小数 must be a whole number, without a fraction",
    "float_type": "须为数字 must be a number",
    "float_parsing": "须为数字 must be a number",
    "finite_number": "须为有限的数字 must be a finite number",
    "decimal_type": "须为十进制数 must be a decimal number",
    "decimal_parsing": "须为十进制数 must be a decimal number",
    "decimal_max_digits": "至多 {max_digits} 位数字 at most {max_digits} digits",
    "decimal_max_places": "至多 {decimal_places} 位小数 at most {decimal_places} decimal places",
    "decimal_whole_digits": "小数点前至多 {whole_digits} 位 at most {whole_digits} digits before the point",
    "greater_than": "须大于 {gt} must be more than {gt}",
    "greater_than_equal": "不得小于 {ge} must be {ge} or more",
    "less_than": "须小于 {lt} must be less than {lt}",
    "less_than_equal": "不得大于 {le} must be {le} or less",
    "multiple_of": "须为 {multiple_of} 的倍数 must be a multiple of {multiple_of}",
    "bool_type": "须为 true 或 false must be true or false",
    "bool_parsing": "须为 true 或 false must be true or false",
    "list_type": "须为列表 must be a list",
    "tuple_type": "须为列表 must be a list",
    "set_type": "须为列表 must be a list",
    "too_short": "至少 {min_length} 项 at least {min_length} items",
    "too_long": "至多 {max_length} 项 at most {max_length} items",
    "dict_type": "须为对象 {{…}} must be an object {{…}}",
    "model_type": "须为对象 {{…}} must be an object {{…}}",
    "model_attributes_type": "须为对象 {{…}} must be an object {{…}}",
    "invalid_key": "对象的键须为文字 the keys of an object are texts",
    "date_type": "须为日期，如 2026-01-31 must be a date, such as 2026-01-31",
    "date_parsing": "须为日期，如 2026-01-31 must be a date, such as 2026-01-31",
    "date_from_datetime_parsing": "须为日期，如 2026-01-31 must be a date, such as 2026-01-31",
    "date_from_datetime_inexact": "只写日期，不写时刻 a date alone, without a time of day",
    "datetime_type": "须为时刻，如 2026-01-31T08:00:00Z must be a moment, such as 2026-01-31T08:00:00Z",
    "datetime_parsing": "须为时刻，如 2026-01-31T08:00:00Z must be a moment, such as 2026-01-31T08:00:00Z",
    "datetime_from_date_parsing": "须为时刻，如 2026-01-31T08:00:00Z must be a moment, such as 2026-01-31T08:00:00Z",
    "datetime_object_invalid": "须为时刻，如 2026-01-31T08:00:00Z must be a moment, such as 2026-01-31T08:00:00Z",
    "timezone_aware": "须写明时区，如 Z 或 +08:00 must name its time zone, such as Z or +08:00",
    "uuid_type": "须为编号（UUID） must be an id (UUID)",
    "uuid_parsing": "须为编号（UUID） must be an id (UUID)",
    "uuid_version": "须为编号（UUID） must be an id (UUID)",
    "union_tag_not_found": "缺 {discriminator} is missing: it says which kind this is",
    "union_tag_invalid": "{discriminator} 须为其中之一 must be one of: {expected_tags}",
    "url_type": "须为网址 must be an address (URL)",
    "url_parsing": "须为网址 must be an address (URL)",
    "url_scheme": "网址须以其中之一开头 the address begins with one of: {expected_schemes}",
    "url_too_long": "网址至多 {max_length} 个字符 an address holds at most {max_length} characters",
}


class WrongValueError(ValueError):
    """A check of ours, inside a model, refuses a value: its text, in both languages, is shown as it is."""


def reason_of(error: Mapping[str, Any]) -> str:
    """Return what is wrong, of one error of a pydantic.ValidationError or of FastAPI's like it."""
    context = error.get("ctx") or {}
    if isinstance(context.get("error"), WrongValueError):
        return str(context["error"])
    try:
        return SENTENCES.get(error["type"], OTHER).format_map({name: _plain(value) for name, value in context.items()})
    except KeyError:  # a later version of the library may leave a limit out
        return OTHER


def wrong_fields(errors: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return `invalid_params`: the name of each wrong field, and what is wrong."""
    # Of a text that is no JSON the place is a number of bytes, and no field.
    return [
        {"name": ".".join(map(str, error["loc"][: 1 if error["type"] == "json_invalid" else None])),
         "reason": reason_of(error)}
        for error in errors
    ]  # fmt: skip


def in_one_line(fault: "ValidationError") -> str:
    """Return what is wrong with which field, for a command."""
    wrong = fault.errors(include_url=False, include_input=False)
    return "; ".join(f"{error['loc'][-1] if error['loc'] else ''}: {reason_of(error)}".lstrip(": ") for error in wrong)


def _plain(value: object) -> str:
    """Return a limit, or the values permitted, without the library's quotes and its last "or"."""
    return str(value).replace("' or '", "', '").replace("'", "")
