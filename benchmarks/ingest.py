"""Deliveries through decode, map, seal and store, beside the floor: a plain binary COPY of the same rows.

python benchmarks/ingest.py [rows ...]; for each size prints rows/s of the copy, of decoding, normalising and validating
alone, and of the whole, their ratio to the copy, and the peak memory. Several sizes show whether the cost of a row
stays the same: in each, three rows of ten name an enterprise for the first time.
"""

import asyncio
import csv
import random
import resource
import time
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path

from place import place

from connectors.catalogue.load import get_dataset
from connectors.conversion.binding import bind
from connectors.conversion.chunks import ChunkMapper
from connectors.conversion.identifiers import organisation_check, uscc_check
from connectors.decoding.decode import decode
from connectors.store.taking import no_cycles, take
from gateway.gateway import Gateway, open_gateway
from gateway.intake.submission import digest_of, from_file
from gateway.intake.take_in import take_in
from gateway.people.initialise import initialise
from gateway.runtime.actor import at_this_machine
from gateway.runtime.database import Database, raw
from gateway.runtime.embedded import resolve_urls
from gateway.runtime.schema import migrate
from gateway.runtime.settings import Settings

DATASET = "penalty_general"
HEADER = (
    "行政相对人名称", "统一社会信用代码", "行政处罚决定书文号", "违法行为类型", "处罚类别", "处罚内容",
    "罚款金额（万元）", "处罚决定日期", "公示截止期", "处罚机关", "处罚机关统一社会信用代码",
)  # fmt: skip


def code(number: int) -> str:
    """Return a sound code of an enterprise that does not exist."""
    body = f"M{number:07d}"
    first = f"91330302{body}{organisation_check(body)}"
    return first + uscc_check(first)


def write_rows(path: Path, rows: int, first: int) -> None:
    """Write a delivery of penalties; 3 of 100 rows are refused, as in real ones. Enterprises count from `first`."""
    chance = random.Random(rows)
    codes = [code(first + number) for number in range(max(1, rows * 3 // 10))]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for n in range(rows):
            who = chance.randrange(len(codes))
            day = f"20{15 + n % 10}-{1 + n % 12:02d}-{1 + n % 28:02d}"
            fine = "五千元" if n % 33 == 0 else f"{chance.randrange(1, 10_000) / 100}"
            writer.writerow((
                f"瓯海第{who}鞋业有限公司", codes[who], f"温综执罚决字〔{day[:4]}〕第{rows}-{n}号",
                "未按规定公示年度报告", "罚款", "责令改正，处以罚款", fine, day, "2099-12-31", "温州市综合行政执法局",
                "11330300002501234X",
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


def map_alone(path: Path) -> float:
    """Decode, normalise and validate, with every reason, and store nothing; return the seconds."""
    started, table = time.perf_counter(), decode(path)
    mapper = ChunkMapper(bind(get_dataset(DATASET), table.header), datetime.now(UTC).date())
    with no_cycles():  # as while a delivery is taken in
        while rows := take(table.rows):
            mapper.map(rows)
    return time.perf_counter() - started


async def measure(gateway: Gateway, path: Path, rows: int) -> None:
    """Measure one delivery."""
    floor, mapping = await copy_floor(gateway.database, path), map_alone(path)
    started = time.perf_counter()
    submission = from_file(path, get_dataset(DATASET), str(rows), digest_of(path), "file")
    batch, _ = await take_in(gateway.units, at_this_machine(), gateway.intake, submission)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{rows:,} rows, {path.stat().st_size / 1e6:.0f} MB: accepted {batch.accepted:,}, rejected {batch.rejected:,}"
    )
    print(f"  floor, binary COPY    {rows / floor:>9,.0f} rows/s  1.00")
    print(f"  decode, map, validate {rows / mapping:>9,.0f} rows/s  {floor / mapping:.2f}")
    print(f"  sealed and stored     {rows / seconds:>9,.0f} rows/s  {floor / seconds:.2f}   peak {peak:.0f} MiB")


async def main(sizes: list[int], folder: Path) -> None:
    """Run floor and subject in one process on one server."""
    settings, path = Settings(home=folder), folder / "rows.csv"
    migrate(resolve_urls(settings, create=True).owner)
    database = Database(resolve_urls(settings))
    await initialise(settings, database, operator="bench", operator_key=folder / "operator.json")
    async with open_gateway(settings, database) as gateway:
        for at, rows in enumerate(sizes):
            write_rows(path, rows, sum(sizes[:at]))
            await measure(gateway, path, rows)


if __name__ == "__main__":
    arguments = ArgumentParser(description=__doc__)
    arguments.add_argument("rows", type=int, nargs="*", default=[1_000_000])
    with place() as folder:
        asyncio.run(main(arguments.parse_args().rows, folder))
