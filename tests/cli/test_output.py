"""What commands print: on a terminal to its width, elsewhere every thing on its own line, whole."""

import subprocess
import sys

LONG = "x" * 700 + "企业" * 200
SHOWN = f"from gateway.cli.output import show; show(False, {{'标识 id': '{LONG}', '数 count': 3}})"
LISTED = f"from gateway.cli.output import show; show(False, [{{'标识 id': '{LONG}', '数 count': n}} for n in (1, 2)])"


def lines(code):
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"COLUMNS": "40"}
    )
    return done.stdout.splitlines()


def test_a_thing_in_a_pipe_is_neither_cut_nor_folded():
    first, second = lines(SHOWN)
    assert first.split() == ["标识", "id", LONG]
    assert second.split() == ["数", "count", "3"]


def test_a_list_in_a_pipe_is_neither_cut_nor_folded():
    *_, first, second = lines(LISTED)
    assert (first.split(), second.split()) == ([LONG, "1"], [LONG, "2"])
