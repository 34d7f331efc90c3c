"""A million rows through decode, map, seal and store, beside the floor: a plain binary COPY of the same rows.

python benchmarks/ingest.py [rows] [enterprises]; prints rows/s of both, their ratio, and the peak memory of the ingest.
"""

import asyncio
import csv
import random
import resource
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from connectors.catalogue import get_dataset
from connectors.decode import decode
from connectors.identifiers import organisation_check, uscc_check
from gateway.database import Database, raw
from gateway.embedded import lease, release, resolve_urls
from gateway.identity.initialise import initialise
from gateway.intake import Sender, digest_of, take_in
from gateway.schema import migrate
from gateway.settings import Settings
from gateway.state import open_gateway

HEADER = (
    "行政相对人名称", "统一社会信用代码", "行政处罚决定书文号", "违法行为类型", "处罚类别", "处罚内容",
    "罚款金额（万元）", "处罚决定日期", "公示截止期", "处罚机关", "处罚机关统一社会信用代码",
)  # fmt: skip


def code(number: int) -> str:
    """Return a sound code of an enterprise that does not exist."""
    body = f"M{number:07d}"
    first = f"91330302{body}{organisation_check(body)}"
    return first + uscc_check(first)


def write_rows(path: Path, rows: int, enterprises: int) -> None:
    """Write a delivery of penalties; 3 of 100 rows are refused, as in real ones."""
    chance = random.Random(7)
    codes = [code(number) for number in range(enterprises)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for n in range(rows):
            who = chance.randrange(enterprises)
            day = f"20{15 + n % 10}-{1 + n % 12:02d}-{1 + n % 28:02d}"
            fine = "五千元" if n % 33 == 0 else f"{chance.randrange(1, 10_000) / 100}"
            writer.writerow((
                f"瓯海第{who}鞋业有限公司", codes[who], f"温综执罚决字〔{day[:4]}〕第{n}号", "未按规定公示年度报告",
                "罚款", "责令改正，处以罚款", fine, day, "2099-12-31", "温州市综合行政执法局", "11330300002501234X",
            ))  # fmt: skip


async def copy_floor(database: Database, path: Path) -> float:
    """COPY the same cells into one table of text, in one transaction."""
    async with database.begin("floor", role="owner") as session:
        connection = await raw(session)
        async with connection.cursor() as cursor:
            await cursor.execute(f"CREATE TABLE floor ({', '.join(f'c{i} text' for i in range(len(HEADER)))})")
            started = time.perf_counter()
            async with cursor.copy("COPY floor FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(["text"] * len(HEADER))
                for _, cells in decode(path).rows:
                    await copy.write_row(cells)
    seconds = time.perf_counter() - started
    async with database.begin("floor.drop", role="owner") as session:
        await (await raw(session)).execute("DROP TABLE floor")
    return seconds


async def main(rows: int, enterprises: int) -> None:
    """Run floor and subject in one process on one server."""
    folder = Path(tempfile.mkdtemp(prefix="xinqiao-bench-"))
    folder.chmod(0o755)
    settings, path = Settings(home=folder), folder / "rows.csv"
    lease(folder)
    migrate(resolve_urls(settings).owner)
    database = Database(resolve_urls(settings))
    await initialise(settings, database, operator="bench", operator_key=folder / "operator.json")
    write_rows(path, rows, enterprises)
    print(f"{rows} rows of {enterprises} enterprises, {path.stat().st_size / 1e6:.0f} MB")
    async with open_gateway(settings, database) as gateway:
        floor = await copy_floor(gateway.database, path)
        started = time.perf_counter()
        dataset = get_dataset("penalty_general")
        batch, _ = await take_in(gateway, Sender("bench", "1", "file"), dataset, digest_of(path), partial(decode, path))
        seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"floor, binary COPY   {rows / floor:>9,.0f} rows/s  1.00")
    print(f"ingest               {rows / seconds:>9,.0f} rows/s  {floor / seconds:.2f}   peak {peak:.0f} MiB")
    print(f"accepted {batch.accepted}, rejected {batch.rejected}, duplicates {batch.duplicates}")
    release(folder)


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:]]
    asyncio.run(main(*(given or [1_000_000]), *([300_000] if len(given) < 2 else [])))
