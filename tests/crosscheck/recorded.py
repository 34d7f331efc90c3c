"""A check of each way and end, for the log to vouch for, wherever the library is missing too."""

import base64
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from gateway.crosscheck.deciding import decide
from gateway.crosscheck.statements import COMMITMENT_TYPE, MESSAGE_TYPE
from gateway.crosscheck.taking_part import Theirs, commit_theirs, exchange_sets, read_own
from gateway.runtime.actor import Actor
from signing.canonical import sha256_hex
from signing.jws import sign_jws
from tests.crosscheck.checks import OTHER
from tests.house import objects

ANSWER = {"key": "00", "message": base64.b64encode(b"encrypted").decode(), "found": []}


async def check_a_little(town):
    """Have a list compared, a proposal rejected, and a private check done by a program that answers anything."""
    private = UUID((await objects.private_check(town, learner="gateway"))["check_id"])
    for decision in ("approve", "reject"):
        check = UUID((await objects.crosscheck(town))["check_id"])
        async with town.story.gateway.units.begin("test.check", OTHER) as work:
            await decide(work, check, decision, "已核对目的")
    with TemporaryDirectory() as folder:
        program = Path(folder) / "python"
        program.write_text(f"#!{sys.executable}\nprint('''{ANSWER}'''.replace(chr(39), chr(34)))\n")
        program.chmod(0o755)
        await _take_part(town.story, private, str(program))


async def _take_part(story, check, program):
    units, actor, key = story.gateway.units, Actor("platform-1", "platform"), story.keys["platform-1"]
    async with units.begin("test.terms", actor) as work:
        _, exchange = await read_own(work, check)
        answers = sha256_hex(exchange.statement.encode())
    said = {"check": str(check), "commitment": "c" * 64}
    bound = sign_jws({**said, "size": 1, "answers": answers}, key, COMMITMENT_TYPE)
    await commit_theirs(units, actor, check, bound, program)
    sent = sign_jws({**said, "message": sha256_hex(b"encrypted")}, key, MESSAGE_TYPE)
    await exchange_sets(units, actor, check, Theirs(sent, ANSWER["message"], "AA=="), program)
