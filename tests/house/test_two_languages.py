"""What the program says to people stands in both languages: Chinese first, English beside it."""

import ast
import re
from pathlib import Path

import pytest

from gateway.app import create_app
from gateway.runtime.settings import Settings

ROOT = Path(__file__).parents[2]
CHINESE = r"[\u4e00-\u9fff]"
WORD = r"[A-Za-z]{2,}"


def is_chinese_first(said: str) -> bool:
    """Tell whether English follows the Chinese; a name (OAuth, slice_rows, Upload-Offset) may stand before it."""
    before, *after = re.split(CHINESE, re.sub(r"`[^`]*`|\{[^}]*\}", "", said), maxsplit=1)
    return len(re.findall(rf"(?<![\w-]){WORD}(?![\w-])", before)) < 2 and bool(after)


def texts_in(path: Path) -> list[tuple[int, str]]:
    """Return the texts of a module but its docstrings; what is filled in later counts as nothing."""
    tree = ast.parse(path.read_text("utf-8"))
    inside = {id(part) for one in ast.walk(tree) if isinstance(one, ast.JoinedStr) for part in one.values}
    inside |= {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
    found = []
    for one in ast.walk(tree):
        if isinstance(one, ast.JoinedStr):
            parts = [part.value for part in one.values if isinstance(part, ast.Constant)]
            found.append((one.lineno, "".join(parts)))
        elif isinstance(one, ast.Constant) and isinstance(one.value, str) and id(one) not in inside:
            found.append((one.lineno, one.value))
    return found


def test_the_order_is_told():
    assert is_chinese_first("没有此批次 there is no such batch")
    assert is_chinese_first("登录 OAuth 2.0")
    assert is_chinese_first("XLSX 中有公式 the workbook has formulas")
    assert not is_chinese_first("There is no such change 没有此项变更。")
    assert not is_chinese_first("There is no such change.")


@pytest.mark.parametrize(
    "package", ["audit", "connectors", "consent", "gateway", "risk_monitor", "scoring_adapter", "signing"]
)
def test_no_sentence_of_two_languages_begins_in_english(package):
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {said}"
        for path in (ROOT / package).rglob("*.py")
        if path.name != "operations.py"  # examples of what is answered, a member for each language
        for line, said in texts_in(path)
        if re.search(CHINESE, said) and not is_chinese_first(said)
    ]
    assert wrong == []


def test_the_reference_names_every_operation_in_both_languages():
    described = create_app(Settings()).openapi()
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            for said in (operation["summary"], *operation.get("tags", [])):
                assert is_chinese_first(said), (method, path, said)
                assert re.search(WORD, said), (method, path, said)
