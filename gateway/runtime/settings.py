"""Settings: read once from the environment (XINQIAO_*) and handed down as plain values."""

import os
import re
from pathlib import Path
from typing import Literal

import pydantic_settings
from pydantic import AliasChoices, Field, IPvAnyNetwork, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from gateway.runtime.errors import SettingsError
from gateway.runtime.wrong_values import SENTENCES, in_one_line


def _default_home() -> Path:
    """Return /var/lib/xinqiao for root, else the XDG data folder."""
    if os.geteuid() == 0:
        return Path("/var/lib/xinqiao")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "xinqiao"


class Settings(BaseSettings):
    """What an operator can set. Every field is documented in .env.example."""

    model_config = SettingsConfigDict(
        env_prefix="XINQIAO_", frozen=True, extra="forbid", populate_by_name=True, env_ignore_empty=True
    )

    home: Path = Field(default_factory=_default_home)
    role: Literal["gateway", "city-platform", "province-platform"] = "gateway"
    instance: str = Field(default="gateway", pattern=r"^[a-z][a-z0-9_]{0,30}$")
    issuer: str = Field(default="http://127.0.0.1:8000", pattern=r"^https?://[^\s/?#@]+$")
    origin: str = ""

    database_url: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("XINQIAO_DATABASE_URL", "DATABASE_URL")
    )
    database_owner_url: SecretStr | None = None
    database_sequencer_url: SecretStr | None = None
    database_pool_size: int = Field(default=8, ge=1, le=100)
    database_wait_seconds: int = Field(default=30, ge=1, le=300)

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    workers: int = Field(default=1, ge=1, le=64)
    metrics_host: str = "127.0.0.1"
    metrics_port: int = Field(default=9464, ge=0, le=65535)
    max_connections: int = Field(default=1000, ge=16, le=100_000)
    max_connections_per_address: int = Field(default=200, ge=1, le=100_000)
    head_timeout_seconds: float = Field(default=10.0, ge=0.5, le=300)
    body_timeout_seconds: float = Field(default=30.0, ge=0.5, le=3600)
    keep_alive_seconds: int = Field(default=15, ge=1, le=300)

    kek: SecretStr | None = None
    head_store: Path | None = None
    dpop_nonce: bool = False
    trusted_proxies: tuple[IPvAnyNetwork, ...] = ()
    oidc_issuer: str | None = Field(default=None, pattern=r"^https?://[^\s]+[^\s/]$")
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr | None = None
    quota_alone_per_month: int = Field(default=1000, ge=0)
    signatory_wait_hours: int = Field(default=72, ge=0, le=24 * 90)
    token_lifetime_seconds: int = Field(default=300, ge=30, le=3600)
    max_upload_bytes: int = Field(default=256 * 1024 * 1024, ge=1024)
    max_resumable_bytes: int = Field(default=2 * 1024 * 1024 * 1024, ge=1024)

    unsigned_seconds: int = Field(default=900, ge=60)
    fsck_hour: int = Field(default=3, ge=0, le=23)
    syslog_address: str | None = Field(default=None, pattern=r"^[A-Za-z0-9._-]+(:[0-9]{1,5})?$")
    syslog_ca: Path | None = None
    syslog_certificate: Path | None = None
    syslog_key: Path | None = None

    otlp_endpoint: str | None = None
    trace_ratio: float = Field(default=0.01, ge=0, le=1)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    providers: dict[str, str] = Field(default_factory=dict)
    provider_timeout_seconds: float = Field(default=3.0, gt=0, le=30)
    delivery_retry_seconds: float = Field(default=5.0, gt=0, le=600)

    @property
    def log_origin(self) -> str:
        """The audit log's origin: a scheme-less URL (C2SP tlog-checkpoint)."""
        return self.origin or self.issuer.split("://", 1)[1] + "/audit"

    @property
    def instance_home(self) -> Path:
        """The instance's own folder: keys, head store, spool."""
        return self.home / self.instance

    @property
    def head_folder(self) -> Path:
        """Where the last signed tree head is kept, outside the database."""
        return self.head_store or self.instance_home / "head"

    @property
    def worker_folder(self) -> Path:
        """Where the workers that share this home tell how their steps do."""
        return self.instance_home / "worker"


def load_settings() -> Settings:
    """Read the environment. Raises SettingsError that names each wrong variable."""
    try:
        return Settings()
    except ValidationError as fault:
        raise _wrong(in_one_line(fault)) from fault
    except pydantic_settings.SettingsError as fault:  # a list that is no JSON; the field's name is in the text alone
        name = re.search(r'field "(\w+)"', str(fault))
        raise _wrong(f"{name[1] if name else ''}: {SENTENCES['json_invalid']}") from fault


def _wrong(what: str) -> SettingsError:
    return SettingsError(f"环境变量 XINQIAO_… 有误 wrong settings XINQIAO_…: {what}")
