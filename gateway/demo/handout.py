"""The folder a newcomer is given: log-ins, keys, sample files, and what to try. Nobody else may read it."""

import csv
import json
import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from gateway.demo.cast import signatories, signatory_of
from gateway.demo.city import City
from gateway.demo.enrolling import LogIn
from gateway.demo.enterprises import enterprise
from gateway.demo.hints import hints
from gateway.demo.instance import Instance, today
from gateway.demo.samples import write_samples
from signing.keys import private_bytes

LOGINS, ROLL, KEYS, SAMPLES, PROGRAM = "logins.json", "enterprises.csv", "keys", "samples", "xinqiao"
PUBLIC_KEYS, LOG_KEY, READ_ME = "gateway-keys.json", "log.vkey", "README.txt"
_FILES = (LOGINS, ROLL, PROGRAM, PUBLIC_KEYS, LOG_KEY, READ_ME)
_FOLDERS = (KEYS, SAMPLES)
_PROGRAM = """#!/bin/sh
# The xinqiao command, on the sandbox's gateway.
for name in $(env | sed -n 's/^\\(XINQIAO_[A-Z_]*\\)=.*/\\1/p') DATABASE_URL; do unset "$name"; done
{exports}
exec {python} -m gateway "$@"
"""


def write_handout(folder: Path, gateway: Instance, city: City) -> None:
    """Write everything into the folder, which nobody else may read."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    (folder / KEYS).mkdir(exist_ok=True)
    for client, key in gateway.keys.items():
        file = folder / KEYS / f"{client}.json"
        file.touch(mode=0o600)
        file.chmod(0o600)  # of one that was there too
        file.write_bytes(private_bytes(key))
    logins = [login.document() for login in city.logins]
    (folder / LOGINS).write_text(json.dumps(logins, ensure_ascii=False, indent=1), "utf-8")
    _write_roll(folder / ROLL, city.enterprises)
    (folder / PUBLIC_KEYS).write_text(gateway.cli("keys", "show"))
    (folder / LOG_KEY).write_text(gateway.cli("audit", "key"))
    write_samples(folder / SAMPLES, today())
    _write_program(folder / PROGRAM, gateway)
    (folder / READ_ME).write_text(hints(folder, gateway.issuer, city), "utf-8")


def read_handout(folder: Path) -> str:
    """Return what README.txt says."""
    return (folder / READ_ME).read_text("utf-8")


def read_logins(folder: Path) -> list[LogIn]:
    """Return the log-ins that are kept in a folder."""
    return [LogIn(**login) for login in json.loads((folder / LOGINS).read_text("utf-8"))]


def delete_handout(folder: Path) -> None:
    """Delete what `write_handout` wrote, and the folder where nothing else lies in it."""
    for name in _FILES:
        (folder / name).unlink(missing_ok=True)
    for name in _FOLDERS:
        shutil.rmtree(folder / name, ignore_errors=True)
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def _write_roll(path: Path, enterprises: int) -> None:
    signing = {number: signatory_of(number) for number in signatories(enterprises)}
    rows: list[Sequence[str]] = [("企业名称", "统一社会信用代码", "签署人 signatory")]
    made = (enterprise(number) for number in range(1, enterprises + 1))
    rows += [(one.name, one.code, signing.get(one.number, "")) for one in made]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)


def _write_program(path: Path, gateway: Instance) -> None:
    ours = {name: value for name, value in gateway.env.items() if name.startswith("XINQIAO_")}
    exports = "\n".join(f"export {name}={shlex.quote(value)}" for name, value in sorted(ours.items()))
    path.write_text(_PROGRAM.format(exports=exports, python=shlex.quote(sys.executable)), "utf-8")
    path.chmod(0o700)
