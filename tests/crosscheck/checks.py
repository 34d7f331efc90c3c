"""Checks for tests: enterprises at levels, lists, decisions by two people, and a counterpart by hand."""

import base64
import json
import subprocess

from sqlalchemy import text

from gateway.crosscheck.deciding import decide
from gateway.crosscheck.lists import take_list
from gateway.crosscheck.proposing import Wanted, propose
from gateway.crosscheck.psi import JOB
from gateway.crosscheck.statements import COMMITMENT_TYPE, MESSAGE_TYPE
from gateway.runtime.actor import Actor
from risk_monitor.commitment import commit
from signing.canonical import sha256_hex
from signing.jws import sign_jws
from tests.enterprises import uscc
from tests.private import PYTHON
from tests.stories import registration

ONE, OTHER = (Actor(f"person:reg-{n}", "auditor", person=f"person:reg-{n}") for n in (1, 2))
PURPOSE = "核对涉众风险企业的信贷情况"
STANDING = {621: "warning", 622: "warning", 623: "notice", 624: "restriction"}
CAP = 5
SALT = bytes(32)
_STAND = text("""
    INSERT INTO risk_standing (subject, type, holds_from, seen_on, level, score, version, points)
    SELECT s.number, 'distress', d.as_of, d.as_of, :level, 50, 1, '{}' FROM subject s, risk_day d WHERE s.uscc = :uscc
""")


async def spread_out(story):
    """Have some more enterprises at levels, and let people look at five."""
    for number in STANDING:
        await story.push("market_regulation", "ent_registration", registration(number))
    async with story.gateway.database.begin("test.stand") as session:
        for number, level in STANDING.items():
            await session.execute(_STAND, {"level": level, "uscc": uscc(number)})
        await session.execute(text("UPDATE risk_day SET budget = :cap"), {"cap": CAP})


def a_list(tmp_path, *codes, header="名称,统一社会信用代码", name="list.csv"):
    file = tmp_path / name
    file.write_text("\n".join([header, *(f"某公司,{code}" for code in codes)]) + "\n", "utf-8")
    return file


async def taken(gateway, file, supervisor="银行监管", actor=ONE):
    async with gateway.units.begin("test.list", actor) as work:
        return (await take_list(work, supervisor, file)).list_id


async def proposed(gateway, actor=ONE, **changes):
    async with gateway.units.begin("test.propose", actor) as work:
        return (await propose(work, Wanted(**{"purpose": PURPOSE, "level": "warning", **changes}))).check_id


async def decided(gateway, check, decision="approve", actor=OTHER):
    async with gateway.units.begin("test.decide", actor) as work:
        return await decide(work, check, decision, "已核对目的")


async def private(gateway, counterpart="bank-supervisor", learner="counterpart", **changes):
    """Propose and approve a private check; return its id. Earlier ones are of no day any more."""
    await rows_of(gateway, "UPDATE cross_check SET day = NULL WHERE counterpart IS NOT NULL")
    check = await proposed(gateway, counterpart=counterpart, learner=learner, **changes)
    await decided(gateway, check)
    return str(check)


async def rows_of(gateway, query, **values):
    async with gateway.database.begin("test.rows") as session:
        done = await session.execute(text(query), values)
        return done.all() if done.returns_rows else []


def computed(**ask):
    """Do one step as the counterpart does it."""
    done = subprocess.run([PYTHON, JOB], input=json.dumps(ask), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


class Side:
    """A counterpart by hand: its keys are the story's, and each step can be bent."""

    def __init__(self, town, check, codes, who="bank-supervisor"):
        self.town, self.check, self.codes, self.who = town, check, sorted(codes), who
        self.commitment, self.key = commit(SALT, codes), None

    async def call(self, method, step, who=None, **request):
        headers = await self.town.headers(who or self.who)
        return await self.town.client.request(
            method, f"/v1/crosschecks/{self.check}/{step}", headers=headers, **request
        )

    def signed(self, typ, by=None, **claims):
        return sign_jws({"v": 1, "check": self.check, **claims}, self.town.keys[by or self.who], typ)

    async def commitment_of(self, by=None, **changes):
        """Return our signed commitment, or one that is bent."""
        terms = (await self.call("GET", "terms")).json()
        said = {
            "size": len(self.codes), "commitment": self.commitment,
            "answers": sha256_hex(terms.get("statement", "").encode()), **changes,
        }  # fmt: skip
        self.size = terms.get("size")
        return self.signed(COMMITMENT_TYPE, by, **said)

    async def bind(self, **changes):
        """Send the commitment; keep what is answered."""
        answer = await self.call("POST", "commitment", json={"statement": await self.commitment_of(**changes)})
        self.theirs = answer.json().get("message")
        return answer

    def message(self, codes=None):
        """Encrypt our set: as a request where we learn, as a setup where we do not."""
        used = sorted(codes or self.codes)
        made = computed(do=self.step, codes=used, size=self.size, **({"key": self.key} if self.key else {}))
        self.key = made["key"]
        return made["message"]

    async def send(self, message, response="", said=None):
        digest = sha256_hex(base64.b64decode(message))
        statement = self.signed(MESSAGE_TYPE, **{"commitment": self.commitment, "message": digest, **(said or {})})
        sent = {"statement": statement, "message": message, "response": response}
        return await self.call("POST", "message", json=sent)

    @property
    def opening(self):
        return json.dumps({"check": self.check, "salt": SALT.hex(), "key": self.key, "codes": self.codes}).encode()

    step = "request"
