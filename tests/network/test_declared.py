"""What is declared of datasets fits the catalogue, the migration and the catalogue of positions."""

import importlib.util
import re
from pathlib import Path

from connectors.catalogue.load import get_dataset
from scoring_adapter.network.declared import BELIEVED, DECIDING, RELATIONS

MIGRATION = Path(__file__).parents[2] / "alembic/versions/0054_network.py"


def test_every_field_that_is_named_is_one_of_its_dataset():
    for name, relation in RELATIONS.items():
        fields = get_dataset(name).fields
        told = (relation.name, relation.code, relation.share, relation.amount, relation.begins, relation.ends)
        assert {field for field in (*told, relation.position, *relation.places) if field} <= set(fields), name


def test_who_is_marked_by_the_database_are_those_of_these_datasets():
    spec = importlib.util.spec_from_file_location("network_migration", MIGRATION)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert set(re.findall(r"'(\w+)'", module.OF_NETWORK)) == set(RELATIONS)


def test_what_is_believed_first_and_who_decides_alone_are_known():
    assert set(BELIEVED) == {name for name, relation in RELATIONS.items() if relation.kind == "holds"}
    assert set(DECIDING) <= set(get_dataset("ent_legal_rep").fields["position"].codes)
