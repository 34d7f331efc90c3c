"""Settings: read once from the environment (XINQIAO_*) and handed down as plain values."""

import base64
import binascii
import os
from pathlib import Path
from typing import Annotated, Any, Literal

import orjson
from pydantic import AliasChoices, BeforeValidator, Field, IPvAnyNetwork, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from connectors.records.objection_rules import CHINA
from gateway.runtime.errors import SettingsError
from gateway.runtime.settings_faults import fault_line, unknown_lines

KEK_BYTES = 32
_DATABASE = "PostgreSQL 地址 an address postgresql://user:password@host:port/database"
_HTTP = r"^https?://[^\s]+$"


def _decoded(value: object) -> object:
    """Read what an environment variable holds of a list or of members by name, JSON."""
    return orjson.loads(value) if isinstance(value, str) else value


DEFAULT_PORT = 8000
_FOLLOWS = "default_factory_not_called"  # said of the issuer, which follows the port, where another value is wrong


def _default_home() -> Path:
    """Return /var/lib/xinqiao for root, else the XDG data folder."""
    if os.geteuid() == 0:
        return Path("/var/lib/xinqiao")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "xinqiao"


def _at_the_port(read: dict[str, Any]) -> str:
    """Return where the service is reached unless it is said: tokens for another address would let nobody in."""
    return f"http://127.0.0.1:{read.get('port') or DEFAULT_PORT}"


class Settings(BaseSettings):
    """What an operator can set. Every field is documented in .env.example."""

    model_config = SettingsConfigDict(
        env_prefix="XINQIAO_", frozen=True, extra="forbid", populate_by_name=True, env_ignore_empty=True
    )

    home: Path = Field(default_factory=_default_home)
    role: Literal["gateway", "city-platform", "province-platform"] = "gateway"
    instance: str = Field(
        default="gateway",
        pattern=r"^[a-z][a-z0-9_]{0,30}$",
        description="小写字母开头，字母、数字、下划线，至多 31 位 a lower-case letter, then a-z 0-9 _, 31 at most",
    )
    jurisdiction: str = Field(
        default=CHINA,
        pattern=r"^[1-9][0-9]{5}$",
        description="六位行政区划代码（GB/T 2260） a code of six digits (GB/T 2260): 330300",
    )
    city: str = Field(default="", max_length=40, description="至多 40 个字 40 characters at most")
    port: int = Field(default=DEFAULT_PORT, ge=0, le=65535)
    issuer: str = Field(
        default_factory=_at_the_port,
        pattern=r"^https?://[^\s/?#@]+$",
        description="对外地址，不带路径 the public address without a path: https://host[:port]",
    )
    origin: str = ""

    database_url: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("XINQIAO_DATABASE_URL", "DATABASE_URL"),
        description=f"{_DATABASE} (or DATABASE_URL)",
    )
    database_owner_url: SecretStr | None = Field(default=None, description=_DATABASE)
    database_sequencer_url: SecretStr | None = Field(default=None, description=_DATABASE)
    database_pool_size: int = Field(default=8, ge=1, le=100)
    database_wait_seconds: int = Field(default=30, ge=1, le=300)

    host: str = "127.0.0.1"
    workers: int = Field(default=1, ge=1, le=64)
    metrics_host: str = "127.0.0.1"
    metrics_port: int = Field(default=9464, ge=0, le=65535)
    max_connections: int = Field(default=1000, ge=16, le=100_000)
    max_connections_per_address: int = Field(default=200, ge=1, le=100_000)
    head_timeout_seconds: float = Field(default=10.0, ge=0.5, le=300)
    body_timeout_seconds: float = Field(default=30.0, ge=0.5, le=3600)
    keep_alive_seconds: int = Field(default=15, ge=1, le=300)

    kek: SecretStr | None = Field(default=None, description="32 字节的 base64 32 bytes in base64")
    head_store: Path | None = None
    dpop_nonce: bool = False
    trusted_proxies: Annotated[tuple[IPvAnyNetwork, ...], NoDecode, BeforeValidator(_decoded)] = Field(
        default=(), description='地址或网段的 JSON 列表 a JSON list of addresses and networks: ["10.0.0.0/8"]'
    )
    oidc_issuer: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s]+[^\s/]$",
        description="http(s) 地址，末尾无斜线 an address https://… without a final slash",
    )
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr | None = None
    quota_alone_per_month: int = Field(default=1000, ge=0)
    signatory_wait_hours: int = Field(default=72, ge=0, le=24 * 90)
    token_lifetime_seconds: int = Field(default=300, ge=30, le=3600)
    max_upload_bytes: int = Field(default=256 * 1024 * 1024, ge=1024)
    max_resumable_bytes: int = Field(default=2 * 1024 * 1024 * 1024, ge=1024)

    column_store: str = Field(
        default="",
        pattern=r"^(|s3://[^/\s]+(/\S*)?|[^:]*)$",
        description="本机文件夹，或 s3://存储桶/前缀 a folder of this machine, or s3://bucket/prefix",
    )
    column_store_endpoint: str = Field(
        default="", pattern=r"^(|https?://[^\s]+)$", description="http(s) 地址 an address https://host[:port]"
    )
    column_store_region: str = "us-east-1"
    column_store_key_id: str = ""
    column_store_secret: SecretStr | None = None

    unsigned_seconds: int = Field(default=900, ge=60)
    fsck_hour: int = Field(default=3, ge=0, le=23)
    scan_hour: int = Field(default=2, ge=0, le=23)
    challenger_card: Path | None = None
    challenger_at_least: int = Field(default=480, ge=0, le=1000)
    score_days: int = Field(default=400, ge=32, le=3660)
    psi_python: str = ""
    risk_days: int = Field(default=1830, ge=366, le=36_600)
    spark_submit: str = ""
    spark_master: str = "local[*]"
    spark_memory: str = Field(default="2g", pattern=r"^[1-9][0-9]*[mg]$", description="如 2g such as 2g")
    spark_work: str = Field(
        default="",
        pattern=r"^(|s3://[^/\s]+(/\S*)?|[^:]*)$",
        description="本机文件夹，或 s3://存储桶/前缀 a folder of this machine, or s3://bucket/prefix",
    )
    share_credentials: bool = False
    webhook_networks: Annotated[tuple[IPvAnyNetwork, ...], NoDecode, BeforeValidator(_decoded)] = Field(
        default=(), description='地址或网段的 JSON 列表 a JSON list of addresses and networks: ["10.0.0.0/8"]'
    )
    webhook_ca: Path | None = None
    webhook_days: int = Field(default=5, ge=1, le=30)
    syslog_address: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9._-]+(:[0-9]{1,5})?$", description="主机名或主机名:端口 host or host:port"
    )
    syslog_ca: Path | None = None
    syslog_certificate: Path | None = None
    syslog_key: Path | None = None

    otlp_endpoint: str | None = Field(
        default=None, pattern=_HTTP, description="http(s) 地址 an address http://host:port or https://host:port"
    )
    trace_ratio: float = Field(default=0.01, ge=0, le=1)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    delivery_retry_seconds: float = Field(default=5.0, gt=0, le=600)

    @field_validator("database_url", "database_owner_url", "database_sequencer_url")
    @classmethod
    def _is_database(cls, value: SecretStr | None) -> SecretStr | None:
        from sqlalchemy import make_url  # noqa: PLC0415 - needed where an address is given
        from sqlalchemy.exc import ArgumentError  # noqa: PLC0415

        try:
            sound = value is None or make_url(value.get_secret_value()).get_backend_name() in {"postgresql", "postgres"}
        except (ArgumentError, ValueError):
            sound = False
        if not sound:
            raise ValueError(_DATABASE)  # what it is stays a secret
        return value

    @field_validator("kek")
    @classmethod
    def _is_key(cls, value: SecretStr | None) -> SecretStr | None:
        try:
            length = len(base64.b64decode(value.get_secret_value().strip(), validate=True)) if value else KEK_BYTES
        except (binascii.Error, ValueError):
            length = 0
        if length != KEK_BYTES:
            raise ValueError(f"{KEK_BYTES} bytes")
        return value

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
    def column_root(self) -> str:
        """Where the column store is: a folder, or a prefix of a bucket."""
        return self.column_store or str(self.instance_home / "columns")

    @property
    def scan_folder(self) -> Path:
        """Where scans keep what they have computed on the way."""
        return self.instance_home / "scans"

    @property
    def worker_folder(self) -> Path:
        """Where the workers that share this home tell how their steps do."""
        return self.instance_home / "worker"


def load_settings() -> Settings:
    """Read the environment. Raises SettingsError with a line for each variable that is wrong or not known."""
    fields = Settings.model_fields
    wrong = list(unknown_lines(fields, os.environ))
    try:
        settings = Settings()
    except ValidationError as fault:
        wrong += [fault_line(error, fields) for error in fault.errors() if error["type"] != _FOLLOWS]
    if wrong:
        raise SettingsError("\n".join(dict.fromkeys(wrong)))
    return settings
