"""Each real file left out of the catalogue once and drafted anew: how many need no edit, how many columns are right."""

import os
from pathlib import Path

from benchmarks.drafting import measure

FOLDER = Path(os.environ["XINQIAO_REAL_DATA"])


def test_most_files_need_no_edit_and_nearly_all_columns_are_right():
    outcomes = list(measure(FOLDER))
    right, columns = sum(outcome.right for outcome in outcomes), sum(outcome.columns for outcome in outcomes)
    sound = sum(outcome.no_edit for outcome in outcomes)
    assert right >= 0.9 * columns, [(outcome.file, outcome.edits) for outcome in outcomes]
    assert sound >= 0.6 * len(outcomes), [(outcome.file, outcome.guess, outcome.edits) for outcome in outcomes]
