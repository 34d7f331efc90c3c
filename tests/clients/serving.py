"""A gateway that serves, and what its clients' programs are given."""

from dataclasses import dataclass
from pathlib import Path

from signing.keys import private_bytes


@dataclass
class Served:
    """A gateway that serves, with the key files of its clients in a folder."""

    gateway: object
    folder: Path

    def key(self, name):
        path = self.folder / f"{name}.json"
        if not path.exists():
            path.write_bytes(private_bytes(self.gateway.keys[name]))
        return path
