"""Networks made of lists that agencies deliver, on any day, and asked about by who oversees."""

import csv
import io
from uuid import uuid4

from connectors.catalogue.load import get_dataset
from gateway.intake import full_lists
from gateway.intake.submission import digest_of, from_file
from gateway.intake.take_in import take_in
from gateway.network.documents import network_document
from gateway.network.network_of import read_network
from gateway.network.taking_up import take_up as take_up_edges
from gateway.runtime import work as units_of_work
from gateway.runtime.actor import at_this_machine
from tests.enterprises import uscc
from tests.scores.scanning import take_up
from tests.stories import as_csv, registration

HOLDERS = ("企业名称", "统一社会信用代码", "股东名称", "股东证照编号", "认缴出资额", "出资比例", "出资日期")
LEADERS = ("企业名称", "统一社会信用代码", "人员标识（加盐散列）", "姓名", "职务", "任职日期", "免职日期")
INVESTED = ("企业名称", "统一社会信用代码", "被投资企业名称", "被投资企业统一社会信用代码", "出资比例", "投资日期")
GUARANTEES = (
    "企业名称",
    "统一社会信用代码",
    "年报年度",
    "债权人",
    "债务人",
    "主债权数额",
    "履行债务的期限自",
    "履行债务的期限至",
)


def firm(number):
    return f"瓯海第{number}鞋业有限公司"


def held(number, by, share="", amount="", since="2020-01-01"):
    """A row of the list of holders: `by` is an enterprise's number, or a person's name and number."""
    name, code = (firm(by), uscc(by)) if isinstance(by, int) else by
    return (firm(number), uscc(number), name, code, amount, share, since)


async def deliver(gateway, folder, dataset, header, rows, moment=None, monkeypatch=None):
    """Hand a list in, on an earlier day by both clocks where one is given."""
    path = folder / f"{dataset}-{len(list(folder.iterdir()))}.csv"
    path.write_text(as_csv(header, *rows), "utf-8")
    submission = from_file(path, get_dataset(dataset), str(uuid4()), digest_of(path), "file")

    async def then(_session):
        return moment

    if moment is None:
        await take_in(gateway.units, at_this_machine(), gateway.intake, submission)
        return
    with monkeypatch.context() as earlier:
        earlier.setattr(units_of_work, "now", lambda: moment)
        earlier.setattr(full_lists, "database_now", then)
        await take_in(gateway.units, at_this_machine(), gateway.intake, submission)


async def register(gateway, folder, number, **changes):
    """Hand in an enterprise's registration."""
    header, row = csv.reader(io.StringIO(registration(number, **changes)))
    await deliver(gateway, folder, "ent_registration", header, [row])


async def read_anew(gateway):
    """Have what was delivered taken up, by the column store and then as edges."""
    await take_up(gateway)
    while await take_up_edges(gateway.units, gateway.protector):
        pass
    # Who named an enterprise before it was known is marked by the last bite.
    await take_up_edges(gateway.units, gateway.protector)


async def ask(gateway, number, as_of=None):
    async with gateway.units.begin("test.network", at_this_machine()) as work:
        return network_document(await read_network(work, uscc(number), as_of))


def shares(told, of):
    """Return the shares of holders, or holdings, by name or id."""
    return {row["name"] or row["id"]: row["share"] for row in told[of]}
