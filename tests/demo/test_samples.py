"""The sample files: one for every dataset, and every row of each becomes a record of its own."""

from datetime import date

import pytest

from connectors.catalogue.load import datasets, get_dataset
from connectors.catalogue.trial import try_out
from connectors.decoding.decode import decode
from gateway.demo.enterprises import MOST_ENTERPRISES, enterprise
from gateway.demo.samples import FORMS, IN_OTHER_FORMS, PARTIES, write_samples
from tests.town import run_command

TODAY = date(2026, 11, 27)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return write_samples(tmp_path_factory.mktemp("samples"), TODAY)


def test_there_is_one_of_every_dataset_and_a_few_in_every_form(files):
    assert {path.stem for path in files} == set(datasets())
    assert {(path.stem, path.suffix[1:]) for path in files} >= {
        (name, form) for name in IN_OTHER_FORMS for form in FORMS
    }


def test_every_row_of_every_file_becomes_a_record_and_every_column_is_read(files):
    wrong = {}
    for path in files:
        trial = try_out(get_dataset(path.stem), decode(path), TODAY)
        if trial.counts != {"rows": len(PARTIES), "accepted": len(PARTIES)} or trial.layout.binding.unused:
            wrong[path.name] = (dict(trial.counts), trial.reasons, trial.layout.binding.unused)
    assert wrong == {}


def test_no_two_enterprises_are_alike_and_each_name_says_that_it_is_an_example():
    made = [enterprise(number) for number in range(1, MOST_ENTERPRISES + 1)]
    assert len({one.name for one in made}) == len({one.code for one in made}) == MOST_ENTERPRISES
    assert all("示例" in one.name for one in made)


def test_the_command_line_checks_a_file_as_the_pages_say(files):
    (path,) = [path for path in files if path.name == "tax_arrears.xlsx"]
    assert "accepted" in run_command(["agency", "check", str(path), "tax_arrears"], {})
