"""Sentences in two languages are taken apart for those who read one."""

import re
from pathlib import Path

import pytest

from connectors.model.two_languages import halves, in_language
from tests.house.test_said_in_both import reasons_in
from tests.house.test_two_languages import CHINESE, ROOT


@pytest.mark.parametrize(
    ("zh", "en"),
    [
        ("没有这一天", "there is no such day"),
        ("应为 是 或 否", "write 是 (yes) or 否 (no)"),
        ("不在代码表中", "not among the codes: 警告、罚款"),
        ("金额过大，请核对单位", "too large: is the unit right?"),
        ("单元格 A1 是 Excel 的错误值 #REF!：请改正其公式", "cell A1 holds an error of Excel's"),
        ("文件是 gzip 压缩的，请解压", "the file is packed"),
    ],
)
def test_each_half_is_told(zh, en):
    assert halves(f"{zh} {en}") == (zh, en)
    assert (in_language(f"{zh} {en}", "zh"), in_language(f"{zh} {en}", "en")) == (zh, en)


def test_a_full_stop_may_stand_for_the_blank():
    assert halves("没有这个批次。You have no such batch.") == ("没有这个批次。", "You have no such batch.")


def test_what_is_in_one_language_is_said_to_both():
    assert halves("必填") == ("必填", "必填")
    assert halves("only English") == ("only English", "only English")


def test_every_reason_for_a_refused_row_is_taken_apart():
    """No English is left in the Chinese half of what a row or a file is refused with, and no Chinese beside it."""
    wrong = []
    for path in (ROOT / "connectors").rglob("*.py"):
        for _, said in reasons_in(path):
            text = said.replace("{}", "X1")
            if not re.search(CHINESE, text) or re.fullmatch(r"第 X1 行.*", text):
                continue
            zh, en = halves(text)
            if zh == en or re.search(r"\b[a-z]+ [a-z]+\b", zh) or len(re.findall(CHINESE, en)) > 2:
                wrong.append((Path(path).name, zh, en))
    assert wrong == []
