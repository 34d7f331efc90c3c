"""文件交换 File exchange with response files after GB/T 39443-2020 5.5, in our profile of it (docs/file-exchange.md).

A submission is a data file and, written after it, a description NAME.ctl.xml. Each description is answered by one
response file, also where nothing was taken in. A description that was sent again is answered again.
"""

import dataclasses
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import msgspec

from connectors.errors import ConnectorError, MalformedError
from connectors.sources.files.drop import MOST_SHOWN, copied, read_tokens, refusal
from connectors.sources.files.exchange_messages import (
    CONTROL,
    LARGEST_CONTROL,
    Description,
    opened_as_described,
    read_description,
    response_name,
    write_response,
)
from connectors.sources.files.places import File, Files, Folder
from connectors.sources.files.s3 import S3
from connectors.sources.files.sftp import Sftp
from connectors.sources.protocol import Outcome, Slice, Stream, file_slice


class ExchangeConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`inbox`: where submissions are left; `outbox`: where responses go, it may be the same place; `dataset`: the name
    descriptions use for it. Descriptions of other datasets are left to other sources.
    """

    inbox: Folder | Sftp | S3
    outbox: Folder | Sftp | S3
    dataset: str


class ExchangeSource:
    """文件交换 File exchange with description and response files, after GB/T 39443."""

    Config = ExchangeConfig

    def __init__(self, config: ExchangeConfig) -> None:
        """Take the configuration; nothing connects yet."""
        self._config, self._inbox = config, config.inbox

    def check(self) -> None:
        """List both places. Raises ConnectorError."""
        for place in (self._inbox, self._config.outbox):
            with place.opened() as files:
                files.listed()

    def discover(self) -> Sequence[Stream]:
        """Return the first deliveries that are whole, and their columns. Raises ConnectorError."""
        streams: list[Stream] = []
        with self._inbox.opened() as files:
            present = files.listed()
            for control in self._controls(present):
                description = self._description(files, control)
                if isinstance(description, Description) and (data := present.get(description.file)):
                    with ExitStack() as stack:
                        path = copied(files, data)
                        stack.callback(path.unlink)
                        streams.append(Stream(description.file, opened_as_described(path, description).header))
                if len(streams) == MOST_SHOWN:
                    break
        return streams

    def read(self, after: str | None) -> Slice | None:
        """Return the first delivery whose description was not answered as it is now. Raises ConnectorError."""
        answered = read_tokens(after)
        with self._inbox.opened() as files:
            present = files.listed()
            kept = {name: token for name, token in answered.items() if name in present}
            for control in self._controls(present):
                if answered.get(control.name) == control.token:
                    continue
                watermark = msgspec.json.encode(kept | {control.name: control.token}).decode()
                if found := self._delivery(files, present, control, watermark):
                    return found
        return None

    def answer(self, found: Slice, outcome: Outcome) -> None:
        """Write the response file. Raises ConnectorError."""
        content = write_response(found.batch, outcome)
        with self._config.outbox.opened() as files:
            files.write(response_name(found.delivery), content)

    def _controls(self, present: dict[str, File]) -> list[File]:
        """Return the descriptions that are whole; the settling of the inbox is asked of them, not of the data."""
        wanted = msgspec.structs.replace(self._inbox, pattern=f"*{CONTROL}")
        return wanted.whole(present, self._inbox.now())

    def _description(self, files: Files, control: File) -> Description | str | None:
        """Return the description, what is wrong with it, or None where it is about another dataset."""
        if control.size > LARGEST_CONTROL:
            return f"描述文件超过 {LARGEST_CONTROL} 字节 the description is longer than {LARGEST_CONTROL} bytes"
        with files.open(control.name) as file:
            content = file.read(LARGEST_CONTROL)
        try:
            description = read_description(content)
        except MalformedError as fault:
            return str(fault)
        return description if description.dataset == self._config.dataset else None

    def _delivery(self, files: Files, present: dict[str, File], control: File, watermark: str) -> Slice | None:
        description = self._description(files, control)
        if description is None:
            return None
        if isinstance(description, str):
            return refusal(control.name, description, control.token, watermark)
        data = present.get(description.file)
        if data is None or not self._inbox.is_settled(data, self._inbox.now()):  # it is still on its way
            return None
        if data.size > self._inbox.largest_bytes:
            reason = f"超过 more than {self._inbox.largest_bytes} bytes"
            return refusal(control.name, reason, control.token, watermark, description.batch)
        return _as_described(copied(files, data), description, control.name, watermark)


def _as_described(path: Path, description: Description, name: str, watermark: str) -> Slice:
    try:
        found = file_slice(path, watermark, name, path.unlink)
    except OSError as fault:
        path.unlink()
        raise ConnectorError(f"{name}: 无法读取 cannot be read") from fault
    return dataclasses.replace(found, open=partial(opened_as_described, path, description), batch=description.batch)
