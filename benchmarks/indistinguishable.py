"""Whether the time of a denial tells another institution's consent from one that is not there: python
benchmarks/indistinguishable.py [--calls 1000] [--json]

The two are asked in turn, in random order. `told` is how often a listener who sees one answer of each would guess
rightly (the rank-sum statistic as a share): 0.5 where nothing can be told; `within` is what chance alone may add.
"""

import random
import sys
import time
from argparse import ArgumentParser
from math import sqrt
from pathlib import Path
from statistics import median
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).parent))

import httpx
import orjson
from one_bank import prepare
from place import place

from gateway.demo.enterprises import SHOES, uscc
from gateway.demo.instance import Instance
from xinqiao_client import XinqiaoAuth

CHANCE = 1.96  # of 20 runs one is beyond it


def told(first: list[float], second: list[float]) -> float:
    """Return the share of pairs in which the first took longer."""
    ranked = sorted([(value, 1) for value in first] + [(value, 0) for value in second])
    ranks = sum(place for place, (_, mine) in enumerate(ranked, start=1) if mine)
    return (ranks - len(first) * (len(first) + 1) / 2) / (len(first) * len(second))


def measure(instance: Instance, calls: int) -> dict[str, list[float]]:
    """Ask for both in turn as a bank that has neither; return the seconds each took."""
    instance.cli("institution", "add", "other", "--name", "other")
    instance.add("account", "other-1", "--institution", "other")
    for scope, holder in (("account", "other-1"), ("institution", "other")):
        instance.cli("quota", "set", holder, "--scope", scope, "--day", "100000000", "--month", "100000000")
    theirs = instance.get("bank-1", "/v1/consents")["consents"][0]["consent"]
    taken: dict[str, list[float]] = {"anothers": [], "nobodys": []}
    auth = XinqiaoAuth(instance.issuer, "other-1", instance.keys["other-1"].jwk)
    with httpx.Client(base_url=instance.issuer, auth=auth) as http:
        for _ in range(calls + 20):
            for which in random.sample(sorted(taken), 2):
                body = {"subject": uscc(SHOES), "product": "score", "purpose": "pre_loan",
                        "consent": theirs if which == "anothers" else str(uuid4())}  # fmt: skip
                begun = time.perf_counter()
                answer = http.post("/v1/inquiries", json=body, headers={"Idempotency-Key": str(uuid4())})
                taken[which].append(time.perf_counter() - begun)
                assert answer.status_code == 404, answer.text
    return {which: values[20:] for which, values in taken.items()}


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with place() as folder:
        taken = measure(prepare(folder), arguments.calls)
    found = {
        "calls": arguments.calls,
        **{f"{which}_ms": round(median(values) * 1000, 3) for which, values in taken.items()},
        "told": round(told(*taken.values()), 4),
        "within": round(CHANCE * sqrt((2 * arguments.calls + 1) / (12 * arguments.calls**2)), 4),
    }
    sys.stdout.write(
        orjson.dumps(found).decode() + "\n" if arguments.json else "".join(f"{k}: {v}\n" for k, v in found.items())
    )
