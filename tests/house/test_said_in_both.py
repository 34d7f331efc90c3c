"""Whatever is refused says why in both languages: walks the texts given where an error or a reason is made."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.test_two_languages import CHINESE, ROOT, WORD, is_chinese_first

PACKAGES = ["audit", "connectors", "consent", "gateway", "risk_monitor", "scoring_adapter", "signing"]
MAKES = re.compile(r"\w*(Error|Denial|Reason|Refusal)|fail")
# What only a programmer sees, where the program is wrong.
FOR_PROGRAMMERS = {"AssertionError", "NotImplementedError", "RuntimeError", "TypeError", "ValueError"}
# Caught by their only callers, as those with an underscore are: nobody reads their words.
UNREAD = {"HashingBusyError", "QueueEndedError"}
# What goes out as OAuth's error_description is ASCII (RFC 6749 5.2).
ASCII = ("gateway/identity/tokens/", "gateway/identity/clients/peer.py", "gateway/identity/clients/registered.py",
         "gateway/web/forms.py")  # fmt: skip


def spoken(tree: ast.AST) -> Iterator[str]:
    """Yield the texts below a node; what is filled into one counts as nothing."""
    if isinstance(tree, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in tree.values)
    elif isinstance(tree, ast.Constant) and isinstance(tree.value, str):
        yield tree.value
    else:
        for child in ast.iter_child_nodes(tree):
            yield from spoken(child)


def reasons_in(path: Path) -> Iterator[tuple[int, str]]:
    """Yield what a module gives to errors and reasons, at once or by a name it gave the text before."""
    tree = ast.parse(path.read_text("utf-8"))
    given = [
        argument
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
        if MAKES.fullmatch(call.func.id) and call.func.id not in FOR_PROGRAMMERS
        for argument in [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg == "detail")]
    ]
    names = {argument.id for argument in given if isinstance(argument, ast.Name)}
    given += [
        one.value
        for one in ast.walk(tree)
        if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name) and one.targets[0].id in names
    ]
    for argument in given:
        yield from ((argument.lineno, said) for said in spoken(argument))


def is_said_in_both(said: str) -> bool:
    """Tell whether a sentence stands in both languages; a code or a name alone is no sentence."""
    words = re.findall(rf"(?<![\w-]){WORD}(?![\w-])", re.sub(r"\{[^}]*\}", "", said))
    if re.search(CHINESE, said):
        return bool(words) and is_chinese_first(said)
    return len(words) < 2


def test_a_sentence_in_one_language_is_told():
    assert is_said_in_both("没有此批次 there is no such batch")
    assert is_said_in_both("audit-unavailable")
    assert is_said_in_both("{}: {}")
    assert not is_said_in_both("必填")
    assert not is_said_in_both("the proof is empty")


@pytest.mark.parametrize("package", PACKAGES)
def test_every_reason_is_said_in_both_languages(package):
    wrong = [
        f"{place}:{line}: {said}"
        for path in (ROOT / package).rglob("*.py")
        if not (place := str(path.relative_to(ROOT))).startswith(ASCII)
        for line, said in reasons_in(path)
        if not is_said_in_both(said)
    ]
    assert wrong == []


@pytest.mark.parametrize("package", PACKAGES)
def test_an_error_raised_without_words_has_them_in_both_languages(package):
    """The docstring of an error is its text where none is given."""
    trees = [ast.parse(path.read_text("utf-8")) for path in (ROOT / package).rglob("*.py")]
    parts = [part for tree in trees for part in ast.walk(tree)]
    bare = {part.exc.id for part in parts if isinstance(part, ast.Raise) and isinstance(part.exc, ast.Name)}
    wrong = {
        part.name: ast.get_docstring(part)
        for part in parts
        if isinstance(part, ast.ClassDef) and part.name in bare - UNREAD and re.fullmatch(r"[A-Z]\w*Error", part.name)
        if not re.search(CHINESE, ast.get_docstring(part) or "")
    }
    assert wrong == {}
