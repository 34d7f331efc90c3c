"""One enterprise on demand: from its records to the answer's members, in the process, without the database.

.venv/bin/python benchmarks/one_subject.py [--records 500] [--rounds 200] [--product score] [--json]. Ends with 1 where
the median is beyond 3 ms for the score of up to 500 records.
"""

import argparse
import json
import statistics
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

sys.path.insert(0, str(Path(__file__).parents[1]))

from connectors.catalogue.load import datasets
from connectors.model.datasets import Dataset, Field
from connectors.records.portfolio import ShownRecord
from gateway.inquiries.computing import Loaded, answer_from
from gateway.scores.loading import feeding_of
from scoring_adapter.scorecard import load_scorecard

TODAY = date(2026, 11, 28)
MOST_MILLISECONDS, AT_MOST_RECORDS = 3.0, 500


def value(field: Field, random: Random) -> object:
    """Return what a record's field may hold."""
    if field.codes:
        code = random.choice(list(field.codes))
        return [code] if field.type == "list" else code
    day = (TODAY - timedelta(days=random.randint(1, 1500))).isoformat()
    number = f"{random.randint(1, 10**6)}.{random.randint(0, 99):02}"
    return {
        "date": day, "until": "2099-12-31", "money": number, "number": number, "currency": "CNY",
        "flag": random.random() < 0.5, "list": ["其他"],
    }.get(field.type, f"示例〔2026〕{random.randint(1, 10**6)}号")  # fmt: skip


def record(dataset: Dataset, number: int) -> ShownRecord:
    """Return a record as it is loaded."""
    random = Random(f"{dataset.dataset} {number}")
    fields = {name: value(field, random) for name, field in dataset.fields.items()}
    return ShownRecord(UUID(int=number), dataset.dataset, 1, random.randbytes(32), fields, objected=False)


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--product", choices=("score", "health_check"), default="score")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    card = load_scorecard()
    fed = [datasets()[name] for name in sorted(card.tags.sources) if name in datasets()]
    few = Random(1).sample(fed, min(60, len(fed)))  # an enterprise is in some datasets, not in all
    held = [record(few[number % len(few)], number) for number in range(arguments.records)]
    delivered = dict.fromkeys(datasets(), datetime(2026, 11, 27, tzinfo=UTC))
    took = []
    for _ in range(arguments.rounds + 10):
        begun = time.process_time()
        answer = answer_from(card, arguments.product, Loaded(held, {}, feeding_of(delivered)), TODAY)
        took.append((time.process_time() - begun) * 1000)
    p50, p99 = statistics.median(took[10:]), statistics.quantiles(took[10:], n=100)[98]
    told = {"records": len(held), "product": arguments.product, "outcome": answer.outcome, "score": answer.score,
            "p50_ms": round(p50, 3), "p99_ms": round(p99, 3)}  # fmt: skip
    print(json.dumps(told) if arguments.json else "  ".join(f"{name} {value}" for name, value in told.items()))
    measured = arguments.product == "score" and len(held) <= AT_MOST_RECORDS
    sys.exit(int(measured and p50 > MOST_MILLISECONDS))


if __name__ == "__main__":
    main()
