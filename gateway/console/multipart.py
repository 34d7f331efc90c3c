"""A form with a file: bounded, one file, few fields."""

from collections.abc import AsyncGenerator

from fastapi import Request
from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException, MultiPartParser

from gateway.console.render import PageError
from gateway.web.body import check_announced, chunks_of, too_large

FORM_BYTES = 64 * 1024  # all but the file
TYPE = "multipart/form-data"


async def read_multipart(request: Request, most: int) -> FormData:
    """Return a form whose file holds at most `most` bytes. Raises DeniedError beyond it, PageError."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != TYPE:
        raise PageError("form-stale", 400)
    check_announced(request, most + FORM_BYTES)
    parser = MultiPartParser(
        request.headers, _bounded(request, most + FORM_BYTES), max_files=1, max_fields=10, max_part_size=FORM_BYTES
    )
    try:
        return await parser.parse()
    except MultiPartException as fault:
        raise PageError("upload-incomplete", 400) from fault


async def _bounded(request: Request, most: int) -> AsyncGenerator[bytes, None]:
    received = 0
    async for chunk in chunks_of(request):
        received += len(chunk)
        if received > most:
            raise too_large(most)
        yield chunk
