"""A file that came with a form: in the spool for as long as it is dealt with."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from fastapi import Request
from starlette.datastructures import UploadFile

from gateway.console.forms import check_origin
from gateway.console.multipart import read_multipart
from gateway.console.render import PageError
from gateway.intake.submission import digest_of
from gateway.people.guard import check_token
from gateway.people.sessions import Present


@dataclass(frozen=True)
class FileForm:
    """A form's fields, and its file: where it lies, what it is called, SHA-256 of it."""

    fields: dict[str, str]
    path: Path
    name: str
    digest: bytes

    @property
    def path_suffix(self) -> str:
        """How the file's name ends: .pdf."""
        return Path(self.name).suffix.lower()


@asynccontextmanager
async def file_form(request: Request, present: Present, spool: Path, most: int) -> AsyncIterator[FileForm]:
    """Read a form with a file of at most `most` bytes, for the length of the block.

    Raises PageError for another site's form, a stale one, or one without a file; DeniedError beyond `most`.
    """
    check_origin(request)
    form = await read_multipart(request, most)
    try:
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        check_token(present, fields.get("csrf", ""))
        sent = form.get("file")
        if not isinstance(sent, UploadFile) or not sent.filename:
            raise PageError("upload-incomplete", 400)
        with tempfile.NamedTemporaryFile(dir=spool) as target:
            await asyncio.to_thread(shutil.copyfileobj, sent.file, target)
            target.flush()
            path = Path(target.name)
            yield FileForm(fields, path, sent.filename, await asyncio.to_thread(digest_of, path))
    finally:
        await form.close()
