"""A provincial sharing gateway for tests: every new request secret ends the one before, clocks are looked at."""

import hashlib
import hmac
import secrets
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from urllib.parse import parse_qs, urlsplit

from tests.http_server import JsonHandler, serving

APP_KEY, APP_SECRET = "a1b2", "geheim-app"


@dataclass
class Province:
    """Its rows, its clock, and the secrets in force."""

    rows: list = field(default_factory=list)
    size: int = 2
    ahead: float = 0.0  # seconds its clock is ahead of ours
    request_seconds: int = 900
    md5: bool = True  # else HMAC-SHA-256
    request_secret: str = ""
    refresh_secret: str = ""
    ends: float = 0.0
    bought: list = field(default_factory=list)  # by key or by secret
    refused: int = 0
    answered: int = 0
    expire_after: set = field(default_factory=set)  # numbers of calls after which the request secret ends at once
    address: str = ""
    lock: threading.RLock = field(default_factory=threading.RLock)

    def now(self):
        return time.time() + self.ahead

    def signed(self, asked, by):
        moment = asked.get("requestTime", "0")
        near = abs(int(moment) / 1000 - self.now()) < 60
        text = f"{APP_KEY}{by}{moment}".encode()
        right = hashlib.md5(text).hexdigest() if self.md5 else hmac.digest(by.encode(), text, "sha256").hex()
        return bool(by) and near and asked.get("appKey") == APP_KEY and asked.get("sign") == right

    def buy(self, how):
        self.bought.append(how)
        self.request_secret, self.refresh_secret = secrets.token_hex(8), secrets.token_hex(8)
        self.ends = self.now() + self.request_seconds
        return {
            "code": "00",
            "datas": {
                "requestSecret": self.request_secret,
                "requestSecretEndTime": str(int(self.ends * 1000)),
                "refreshSecret": self.refresh_secret,
                "refreshSecretEndTime": int((self.now() + 172_800) * 1000),
            },
        }

    def answer(self, path, asked):
        with self.lock:
            if path.endswith("refreshTokenByKey.htm"):
                return self.buy("key") if self.signed(asked, APP_SECRET) else self.refuse()
            if path.endswith("refreshTokenBySec.htm"):
                return self.buy("secret") if self.signed(asked, self.refresh_secret) else self.refuse()
            if not self.signed(asked, self.request_secret) or self.now() > self.ends:
                return self.refuse()
            self.answered += 1
            if self.answered in self.expire_after:
                self.ends = 0
            start = (int(asked["page"]) - 1) * self.size
            return {"code": "00", "msg": "成功", "datas": self.rows[start : start + self.size]}

    def refuse(self):
        self.refused += 1
        return {"code": "14", "msg": "签名错误"}


@contextmanager
def province(**more):
    """Serve it for the length of the block."""
    state = Province(**more)

    class Handler(JsonHandler):
        def date_time_string(self, timestamp=None):
            return formatdate(state.now(), usegmt=True)

        def do_GET(self):
            parts = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            self.say(200, state.answer(parts.path, asked))

    with serving(Handler) as address:
        state.address = address
        yield state


def config(state, **more):
    base = {"base": state.address, "path": "/gateway/api/001/dataSharing/x.htm", "app_key": APP_KEY}
    return {**base, "app_secret_env": "TEST_APP_SECRET", **more}
