"""Who acts at the command line: the machine's account and name, not just "the operator"."""

import getpass
import os
import socket

import pytest

from gateway.runtime.actor import at_this_machine


def test_the_command_line_names_the_machines_user_and_the_machine() -> None:
    assert at_this_machine().name == f"operator-cli:{getpass.getuser()}@{socket.gethostname()}"


def test_an_account_without_a_name_is_told_by_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", {}.__getitem__)
    assert at_this_machine().name == f"operator-cli:{os.geteuid()}@{socket.gethostname()}"
