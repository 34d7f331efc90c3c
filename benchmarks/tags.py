"""What tags cost for one enterprise: reading a record's fields, and every tag over its records, without an engine.

python benchmarks/tags.py [records]. Medians of CPU time in this process, in a quiet moment: a record of six fields as
integers (half of its texts were met before), and all tags that ship over so many records (500), spread over the
datasets as a busy enterprise has them.
"""

import statistics
import sys
from collections.abc import Callable
from datetime import date
from random import Random
from time import process_time

from scoring_adapter.tags.combine import combine
from scoring_adapter.tags.declaration import Column, Source
from scoring_adapter.tags.extract import Extractor
from scoring_adapter.tags.interpret import References, interpret
from scoring_adapter.tags.load import load_tags
from scoring_adapter.tags.plan import plan

ROUNDS, RECORDS = 15, 20_000
AS_OF = date(2026, 3, 31)
SIX = Source(
    columns={
        "decided": Column("day"),
        "number": Column("key"),
        "fine": Column("money", unit="万元"),
        "kind": Column("code", codes=["warning", "fine", "permit"]),
        "until": Column("day", last=True),
        "grave": Column("words", of="facts", words=["情节严重", "重大"]),
    }
)


def median(work: Callable[[], object]) -> float:
    """Return the median of the CPU seconds that some work takes."""
    taken = []
    for _ in range(ROUNDS):
        before = process_time()
        work()
        taken.append(process_time() - before)
    return statistics.median(taken)


def records(seed: int) -> list[dict[str, str]]:
    """Return records of six fields, every other one with texts that were never met."""
    random = Random(seed)
    return [
        {
            "decided": f"20{random.randint(10, 25)}-0{random.randint(1, 9)}-{random.randint(10, 28)}",
            "number": f"浙市监罚〔{seed}〕{number - number % 2}号",
            "fine": f"{number // 2 % 100}.5",
            "kind": "fine",
            "until": "2026-12",
            "facts": f"当事人未按规定公示第{number % 100}项信息，情节轻微",
        }
        for number in range(RECORDS)
    ]


def main() -> None:
    """Print microseconds a record, and milliseconds an enterprise."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    rounds, made = iter([records(seed) for seed in range(ROUNDS)]), Extractor("penalty", SIX)
    seconds = median(lambda: [made.row(fields) for fields in next(rounds)])
    print(f"a record of six fields: {seconds / RECORDS * 1e6:.2f} µs")
    catalogue = load_tags()
    planned, random = plan(catalogue, AS_OF), Random(1)
    busy = random.sample(sorted(planned.layouts), 40)
    rows: dict[str, list[tuple[int | None, ...]]] = {}
    for _ in range(wanted):
        dataset = random.choice(busy)
        row = tuple(random.choice((None, 0, 1, 2, 20_300, 24_310)) for _ in planned.layouts[dataset])
        rows.setdefault(dataset, []).append(row)
    references = References(planned, {})
    seconds = median(lambda: combine(planned, interpret(planned, rows, references, {})))
    print(f"{len(planned.tags)} tags of an enterprise with {wanted} records: {seconds * 1e3:.2f} ms")


if __name__ == "__main__":
    main()
