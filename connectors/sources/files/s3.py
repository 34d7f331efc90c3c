"""A prefix of a bucket in an object store that speaks S3, reached through fsspec and obstore."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from obstore.exceptions import BaseError
from obstore.fsspec import FsspecStore

from connectors.sources.addresses import origin
from connectors.sources.environment import secret
from connectors.sources.files.places import Files, Place

CALL_SECONDS = 60


class _Store(FsspecStore):
    cachable = False  # another configuration is another store


class _Objects(Files):
    """Objects appear whole, and a prefix without objects is no folder that is missing."""

    def entries(self) -> list[dict[str, Any]]:
        try:
            return super().entries()
        except FileNotFoundError:
            return []

    def write(self, name: str, content: bytes) -> None:
        self.filesystem.pipe_file(self.path(name), content)


class S3(Place, kw_only=True, frozen=True, forbid_unknown_fields=True, tag="s3"):
    """`endpoint`: the store's address; `key_id_env`, `secret_env`: the environment variables with the access key."""

    endpoint: str
    bucket: str
    key_id_env: str
    secret_env: str
    prefix: str = ""
    region: str = "us-east-1"

    @contextmanager
    def connect(self) -> Iterator[Files]:
        """Prepare the calls. Raises ConnectorError for a wrong address or an unset variable, or what `faults` names."""
        origin(self.endpoint)
        allowed = timedelta(seconds=CALL_SECONDS)
        store = _Store(
            "s3", endpoint=self.endpoint, region=self.region,
            access_key_id=secret(self.key_id_env), secret_access_key=secret(self.secret_env),
            client_options={"allow_http": self.endpoint.startswith("http://"), "timeout": allowed},
            retry_config={"max_retries": 2, "retry_timeout": allowed},
        )  # fmt: skip
        yield _Objects(store, f"{self.bucket}/{self.prefix}")

    def faults(self) -> tuple[type[Exception], ...]:
        """Return what obstore raises."""
        return (BaseError, OSError, ValueError)
