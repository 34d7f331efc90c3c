"""省级网关 The provincial sharing gateway's signed calls (浙江 interface.zjzwfw.gov.cn/gateway style).

appKey and appSecret buy a request secret (15 minutes) and a refresh secret (48 hours); every call is signed by the
request secret. A new request secret ends the one before, so the instance holds one for all of its processes (Secrets).
"""

import hashlib
import hmac
import time
from typing import Literal

import msgspec

from connectors.errors import ConnectorError
from connectors.sources.addresses import origin
from connectors.sources.environment import secret
from connectors.sources.protocol import Secrets
from connectors.sources.web.caller import Answer, Caller, CallError, Params
from connectors.sources.web.paging import member_at
from connectors.sources.web.rest import PagedSource, Pages

MARGIN_MS = 30_000  # a secret is not used in its last seconds
REFUSED = frozenset({401, 403})
SKEW_MS = 2_000  # the Date header has whole seconds


class ProvincialConfig(Pages, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`base`: the gateway; `path`: the shared interface; `app_secret_env`: the environment variable with the appSecret;
    `ok`: the code of an answer that is none of a refusal.
    """

    base: str
    path: str
    app_key: str
    app_secret_env: str
    records: str = "datas"
    ok: str = "00"
    sign: Literal["md5", "hmac-sha256"] = "md5"
    by_key: str = "/gateway/app/refreshTokenByKey.htm"
    by_secret: str = "/gateway/app/refreshTokenBySec.htm"  # noqa: S105 - a path


class Held(msgspec.Struct, frozen=True):
    """The two secrets as the gateway gives them, until when in milliseconds by its clock, and how far that is ahead."""

    requestSecret: str  # noqa: N815 - the gateway's own names
    requestSecretEndTime: int  # noqa: N815
    refreshSecret: str  # noqa: N815
    refreshSecretEndTime: int  # noqa: N815
    ahead: int = 0


class SignedCaller(Caller):
    """Signs and makes calls to the gateway."""

    def __init__(self, config: ProvincialConfig, secrets: Secrets) -> None:
        """Take the configuration. Raises ConnectorError where the appSecret's variable is not set."""
        super().__init__(config.base, {})
        self._config, self._secrets, self._app_secret = config, secrets, secret(config.app_secret_env)
        self._name = f"provincial:{config.base}:{config.app_key}"
        self._ahead_ms = 0  # how far the gateway's clock is ahead of ours

    def get(self, url: str, params: Params) -> Answer:
        """Return the answer to a signed call; refused once, the clock or the secret is put right and it is made again.

        Raises CallError.
        """
        corrected = renewed = False
        while True:
            kept = self._secrets.find(self._name)
            held = _read(kept)
            if held and not corrected:
                self._ahead_ms = held.ahead
            if held is None or held.requestSecretEndTime - MARGIN_MS <= self._now():
                held = _read(self._secrets.renew(self._name, kept, self._fetch))
                renewed = True
                kept = self._secrets.find(self._name)
            try:
                return self._signed(url, params, held.requestSecret if held else "")
            except RefusedError as refusal:
                if not corrected and self._correct_clock(refusal):
                    corrected = True
                elif not renewed:
                    self._secrets.renew(self._name, kept, self._fetch)
                    renewed = True
                else:
                    raise

    def _signed(self, url: str, params: Params, by: str) -> Answer:
        moment = str(self._now())
        signed = {"appKey": self._config.app_key, "requestTime": moment, "sign": self._sign(by, moment)}
        try:
            answer = super().get(url, {**params, **signed})
        except CallError as fault:
            if fault.status in REFUSED:
                raise RefusedError(str(fault), fault.status, fault.server_time) from fault
            raise
        code = str(member_at(answer.body, "code"))
        if code != self._config.ok:
            raise RefusedError(f"网关拒绝 the gateway refused the call: code {code[:20]}", 0, answer.server_time)
        return answer

    def _sign(self, by: str, moment: str) -> str:
        text = f"{self._config.app_key}{by}{moment}".encode()
        if self._config.sign == "md5":
            return hashlib.md5(text).hexdigest()  # noqa: S324 - the gateway's own rule
        return hmac.new(by.encode(), text, hashlib.sha256).hexdigest()

    def _fetch(self, stale: str | None) -> str:
        """Buy new secrets: by the refresh secret while it lasts, else by the appSecret. Raises CallError."""
        held = _read(stale)
        if held and held.refreshSecretEndTime - MARGIN_MS > self._now():
            try:
                return self._bought(self._config.by_secret, held.refreshSecret)
            except RefusedError:
                pass  # somebody else bought new ones: the appSecret still counts
        return self._bought(self._config.by_key, self._app_secret)

    def _bought(self, path: str, by: str) -> str:
        url = self._config.base.rstrip("/") + path
        try:
            answer = self._signed(url, {}, by)
        except RefusedError as refusal:
            if not self._correct_clock(refusal):
                raise
            answer = self._signed(url, {}, by)
        try:
            held = msgspec.convert(member_at(answer.body, "datas"), Held, strict=False)
        except msgspec.ValidationError as fault:
            raise CallError("网关未给出密钥 the gateway gave no secrets") from fault
        return msgspec.json.encode(msgspec.structs.replace(held, ahead=self._ahead_ms)).decode()

    def _now(self) -> int:
        return int(time.time() * 1000) + self._ahead_ms

    def _correct_clock(self, refusal: "RefusedError") -> bool:
        """Take over the gateway's clock; False where it was right already."""
        if refusal.server_time is None:
            return False
        ahead = int(refusal.server_time.timestamp() * 1000) - int(time.time() * 1000)
        if abs(ahead - self._ahead_ms) <= SKEW_MS:
            return False
        self._ahead_ms = ahead
        return True


class RefusedError(CallError):
    """The gateway refused the signature, the secret or the moment."""


class ProvincialSource(PagedSource):
    """省级网关 An interface of a provincial sharing gateway: appKey, signed calls, refreshed secrets."""

    Config = ProvincialConfig

    def __init__(self, config: ProvincialConfig) -> None:
        """Take the configuration; nothing connects yet. Raises ConnectorError for an address that is none."""
        super().__init__(config)
        self._config = config
        self._secrets: Secrets | None = None
        origin(config.base)

    def keep_secrets_in(self, secrets: Secrets) -> None:
        """Take the place where the instance's request secret is kept."""
        self._secrets = secrets

    def address(self) -> str:
        """Return the interface's address."""
        return self._config.base.rstrip("/") + "/" + self._config.path.lstrip("/")

    def caller(self) -> Caller:
        """Return what signs the calls. Raises ConnectorError."""
        if self._secrets is None:
            raise ConnectorError("没有存放密钥之处 there is no place to keep secrets in")
        return SignedCaller(self._config, self._secrets)


def _read(kept: str | None) -> Held | None:
    try:
        return msgspec.json.decode(kept, type=Held) if kept else None
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None  # written by another version: new ones are bought
