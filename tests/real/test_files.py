"""Real deliveries, where XINQIAO_REAL_DATA names the folder: what comes of every row equals what was counted before."""

import os
from pathlib import Path

import pytest
import yaml
from sqlalchemy import text

from connectors.catalogue.load import get_dataset
from connectors.decoding.decode import decode
from connectors.decoding.layout import lay_out
from gateway.gateway import open_gateway
from gateway.people.initialise import initialise
from gateway.runtime.database import Database
from gateway.runtime.settings import Settings
from tests import database_server
from tests.real.count_by_hand import count, load_sheets
from tests.submissions import take_file

FOLDER = Path(os.environ["XINQIAO_REAL_DATA"])
FIGURES = yaml.safe_load((Path(__file__).parent / "figures.yaml").read_text("utf-8"))
FOLDERS = ("beijing_open_data", "wenzhou_registration")
COUNTS = ("accepted", "unresolved", "corrections", "duplicates", "natural_persons", "rejected")
# Records whose identifier is a code that some delivery gives as an authority's own.
KEYED_TO_AUTHORITY = text("""
    SELECT count(*) FROM record r JOIN subject s USING (subject_id)
    WHERE s.uscc = ANY(CAST(:authorities AS text[]))
""")


@pytest.fixture
async def alone(socket_folder, tmp_path):
    """An instance that holds nothing yet."""
    settings = Settings(home=tmp_path, issuer="http://127.0.0.1:8000")
    with database_server.fresh_database(socket_folder) as urls:
        database = Database(urls)
        await initialise(settings, database, operator="operator-1", operator_key=tmp_path / "operator.json")
        async with open_gateway(settings, database) as opened:
            yield opened


def authorities(path, dataset):
    """Read the authorities' own codes straight from the file."""
    layout = lay_out(dataset, decode(path))
    places = layout.binding.authorities
    codes = {cells[place].strip() for _, cells in layout.table.rows for place in places if len(cells) > place}
    return sorted(codes - {"", "/"})


def test_every_file_has_figures():
    assert {figure["file"] for figure in FIGURES} == {
        str(path.relative_to(FOLDER)) for part in FOLDERS for path in (FOLDER / part).glob("*.csv")
    }


@pytest.mark.parametrize("sheet", load_sheets(), ids=lambda sheet: Path(sheet.file).stem)
def test_the_figures_are_those_counted_by_hand(sheet):
    counted, reasons = count(FOLDER, sheet)
    figure = next(figure for figure in FIGURES if figure["file"] == sheet.file)
    assert {name: counted[name] for name in COUNTS} == {name: figure.get(name, 0) for name in COUNTS}
    assert dict(reasons) == figure.get("reasons", {})


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: Path(figure["file"]).stem)
async def test_every_row_of_a_real_file_ends_where_it_was_counted(alone, figure):
    path, dataset = FOLDER / figure["file"], get_dataset(figure["dataset"])
    batch, _ = await take_file(alone, path, figure["dataset"], "1")
    assert {name: getattr(batch, name) for name in COUNTS} == {name: figure.get(name, 0) for name in COUNTS}
    assert batch.reasons == figure.get("reasons", {})
    assert batch.row_count == figure["rows"] == sum(figure.get(name, 0) for name in COUNTS)
    again, _ = await take_file(alone, path, figure["dataset"], "2")
    assert (again.accepted, again.unresolved) == (0, 0)
    async with alone.database.begin("test.authority") as session:
        keyed = await session.execute(KEYED_TO_AUTHORITY, {"authorities": authorities(path, dataset)})
        assert keyed.scalar_one() == 0
