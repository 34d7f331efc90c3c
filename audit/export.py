"""Export: the log as files in the published layout, for an auditor to verify anywhere."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from audit.errors import ProofError
from audit.layout import tile_path, widths, write_bundle
from audit.proofs import entries, find_latest, tile_reader
from audit.tiles import WIDTH, levels
from signing.merkle import HASH_BYTES

Progress = Callable[[int, int], None]


async def export_log(session: AsyncSession, log_id: int, folder: Path, progress: Progress) -> int:
    """Write everything under the newest checkpoint into an empty folder and return its size; the checkpoint comes last.

    `progress` is told entries written and entries in all. Raises ProofError before the first checkpoint, or where
    the folder holds something already.
    """
    latest = await find_latest(session, log_id)
    if latest is None:
        raise ProofError(
            "尚未发布任何内容，`xinqiao worker` 在运行吗？ nothing is published yet: is `xinqiao worker` running?"
        )
    size, note = latest
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise ProofError(
            f"{folder} 不是空文件夹，导出不与其他文件混放 {folder} is not empty: an export never mixes with another"
        )
    for n, width in widths(size, 0):
        bundle = write_bundle(await entries(session, log_id, n * WIDTH, n * WIDTH + width))
        _write(folder / tile_path("entries", n, width), bundle)
        progress(n * WIDTH + width, size)
    for level in range(levels(size)):
        for n, width in widths(size, level):
            tile = await tile_reader(session, log_id)(level, n)  # a reader of its own: each keeps what it has read
            _write(folder / tile_path(level, n, width), tile[: width * HASH_BYTES])
    (folder / "checkpoint").write_text(note)
    return size


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
