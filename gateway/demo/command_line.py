"""Commands run in this process: the same functions, on the instance their environment names, without a start each."""

import io
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout

_INTERRUPTED = 130


class DemoError(Exception):
    """Something the demonstration relies on is not as it must be."""


class CommandLine:
    """Runs commands one at a time: environment and output belong to the process."""

    def __init__(self, program: Callable[[list[str]], object]) -> None:
        """Take the program: called with arguments, it ends with SystemExit as a process does."""
        self._program = program

    def __call__(self, arguments: Sequence[str], env: Mapping[str, str]) -> str:
        """Run a command and return what it printed. Raises DemoError with what it said instead."""
        said, blamed = io.StringIO(), io.StringIO()
        status: object = None
        with environment(env), redirect_stdout(said), redirect_stderr(blamed):
            try:
                self._program(list(arguments))
            except SystemExit as end:
                status = end.code
        if status == _INTERRUPTED:
            raise KeyboardInterrupt
        if status:
            raise DemoError(f"xinqiao {' '.join(arguments)}: {blamed.getvalue().strip() or said.getvalue().strip()}")
        return said.getvalue()


@contextmanager
def environment(env: Mapping[str, str]) -> Iterator[None]:
    """Give this process another environment for the length of the block."""
    before = dict(os.environ)
    try:
        os.environ.clear()
        os.environ.update(env)
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
