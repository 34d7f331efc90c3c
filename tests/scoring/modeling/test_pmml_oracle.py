"""PMML in and out beside another program's evaluator: PyPMML, which runs PMML4S on a Java runtime.

Our export, evaluated by it, gives every row the points that our scorer gives; a foreign scorecard that we read gives
what it gives. Tried where `.venv-modeling` has PyPMML and Java is here.
"""

import json
import subprocess

import numpy as np
import pytest

from scoring_adapter.card import load_card
from scoring_adapter.modeling.pmml import write_pmml
from scoring_adapter.modeling.pmml_reading import read_pmml
from scoring_adapter.modeling.scoring import points_in_all
from scoring_adapter.scorecard import bind
from scoring_adapter.tags.load import load_tags
from tests.modeling import PYTHON, WHY_NO_ORACLE
from tests.scoring.modeling.test_pmml import every_tag
from tests.scoring.modeling.towns import frame, small_card, town

ROWS = 1_500  # of which the fifty bad ones that a table needs
pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(WHY_NO_ORACLE), reason=WHY_NO_ORACLE)]
# Reads rows as JSON and writes the score of each.
ORACLE = """
import json, sys
from pypmml import Model
model = Model.fromFile(sys.argv[1])
rows = json.load(open(sys.argv[2]))
told = [list(model.predict(row).values())[0] for row in rows]
Model.close()
print(json.dumps([float(one) for one in told]))
"""
# As another program writes it: other names, numbers with points, bins in whatever spelling PMML has for them.
FOREIGN = """<?xml version="1.0"?>
<PMML xmlns="http://www.dmg.org/PMML-4_3" version="4.3"><Header copyright="another"/>
<DataDictionary numberOfFields="2">
  <DataField name="pen_cnt_1y" optype="continuous" dataType="double"/>
  <DataField name="reg_age_y" optype="continuous" dataType="double"/>
</DataDictionary>
<Scorecard modelName="another" functionName="regression" useReasonCodes="false" initialScore="512.0">
<MiningSchema><MiningField name="pen_cnt_1y"/><MiningField name="reg_age_y"/></MiningSchema>
<Output><OutputField name="total" feature="predictedValue" dataType="double" optype="continuous"/></Output>
<Characteristics>
  <Characteristic name="fines">
    <Attribute partialScore="-7"><SimplePredicate field="pen_cnt_1y" operator="isMissing"/></Attribute>
    <Attribute partialScore="31.0"><SimplePredicate field="pen_cnt_1y" operator="lessThan" value="1"/></Attribute>
    <Attribute partialScore="-12"><CompoundPredicate booleanOperator="and">
      <SimplePredicate field="pen_cnt_1y" operator="greaterOrEqual" value="1.0"/>
      <SimplePredicate field="pen_cnt_1y" operator="lessThan" value="3"/></CompoundPredicate></Attribute>
    <Attribute partialScore="-55"><SimplePredicate field="pen_cnt_1y" operator="greaterOrEqual" value="3"/></Attribute>
  </Characteristic>
  <Characteristic name="age">
    <Attribute partialScore="0"><SimplePredicate field="reg_age_y" operator="isMissing"/></Attribute>
    <Attribute partialScore="-20"><SimplePredicate field="reg_age_y" operator="lessThan" value="3"/></Attribute>
    <Attribute partialScore="15"><SimplePredicate field="reg_age_y" operator="greaterOrEqual" value="3"/></Attribute>
  </Characteristic>
</Characteristics></Scorecard></PMML>"""


def by_the_oracle(folder, document, table, tags):
    """Return the score that PyPMML gives each row; a tag that has no value is missing."""
    values, given = table.values(tags)
    rows = [{tag: int(values[row, at]) for at, tag in enumerate(tags) if given[row, at]} for row in range(len(values))]
    (folder / "card.xml").write_bytes(document)
    (folder / "rows.json").write_text(json.dumps(rows))
    (folder / "oracle.py").write_text(ORACLE)
    asked = [str(PYTHON), "oracle.py", "card.xml", "rows.json"]
    done = subprocess.run(asked, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return np.array(json.loads(done.stdout.splitlines()[-1]))


def rows_of(folder):
    return town(folder, frame().head(ROWS))


@pytest.mark.parametrize("card", [small_card(), every_tag()], ids=["two tags", "every tag"])
def test_our_export_is_evaluated_as_we_score(tmp_path, card):
    bound, table = bind(card, load_tags()), rows_of(tmp_path)
    tags = [one.tag.id for one in bound.counted]
    told = by_the_oracle(tmp_path, write_pmml(bound), table, tags)
    assert told.tolist() == points_in_all(bound, table).tolist()
    assert len(set(told.tolist())) > 5


def test_a_foreign_scorecard_that_we_read_gives_what_it_gives(tmp_path):
    table = rows_of(tmp_path)
    read = bind(read_pmml(FOREIGN.encode(), load_card(), load_tags(), 9), load_tags())
    told = by_the_oracle(tmp_path, FOREIGN.encode(), table, ["pen_cnt_1y", "reg_age_y"])
    assert told.tolist() == points_in_all(read, table).tolist()
    assert len(set(told.tolist())) > 5


def test_the_oracle_tells_another_card_apart(tmp_path):
    table, bound = rows_of(tmp_path), bind(small_card(), load_tags())
    tags = [one.tag.id for one in bound.counted]
    changed = write_pmml(bound).replace(b'partialScore="-50"', b'partialScore="-49"')
    told = by_the_oracle(tmp_path, changed, table, tags)
    assert told.tolist() != points_in_all(bound, table).tolist()
