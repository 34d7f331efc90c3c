"""The two XML files of an exchange: the description that comes with a data file, and the response that answers it."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from lxml import etree

from connectors.decoding.decode import Table, decode
from connectors.errors import MalformedError
from connectors.model.batch_ids import RULE, is_batch_id
from connectors.sources.protocol import Outcome

CONTROL, RESPONSE = ".ctl.xml", ".feedback.xml"
LARGEST_CONTROL = 64 * 1024
MOST_ROWS_TOLD = 100_000
ALGORITHMS = {"SHA-256": "sha256", "SM3": "sm3"}
_MEMBERS = ("batch", "dataset", "file", "records", "digest")
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0 2.2


@dataclass(frozen=True)
class Description:
    """What a description says of its data file."""

    batch: str
    dataset: str
    file: str
    records: int
    algorithm: str
    digest: str


def read_description(content: bytes) -> Description:
    """Read a description. Raises MalformedError that names what is missing or wrong."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as fault:
        raise MalformedError("描述文件不是 XML the description is not XML") from fault
    said = {str(etree.QName(e).localname): (e.text or "").strip() for e in root if isinstance(e.tag, str)}
    if missing := [name for name in _MEMBERS if not said.get(name)]:
        raise MalformedError(f"描述文件缺少 the description lacks: {', '.join(missing)}")
    if not is_batch_id(said["batch"]):
        raise MalformedError(f"批次号无效 batch: {RULE}")
    if said["file"] in {".", ".."} or set(said["file"]) & {"/", "\\"}:
        raise MalformedError("文件名无效，只写收件夹中的文件名 file: the name of a file in the inbox, no path")
    if not re.fullmatch(r"[0-9]{1,9}", said["records"]):
        raise MalformedError("记录数无效 records must be a whole number")
    algorithm = next(e.get("algorithm", "SHA-256") for e in root if e.tag is not etree.Comment and _is_digest(e))
    if algorithm not in ALGORITHMS:
        raise MalformedError(f"摘要算法应为 the digest's algorithm must be one of {', '.join(ALGORITHMS)}")
    return Description(
        said["batch"], said["dataset"], said["file"], int(said["records"]), algorithm, said["digest"].lower()
    )


def _is_digest(element: "etree._Element") -> bool:
    return isinstance(element.tag, str) and etree.QName(element).localname == "digest"


def opened_as_described(path: Path, description: Description) -> Table:
    """Open the data file. Raises MalformedError where its digest, or at its end its count, is not the one described."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, ALGORITHMS[description.algorithm]).hexdigest()
    if digest != description.digest:
        raise MalformedError(
            f"摘要不符 the digest of {description.file} is not the one described: send both files again"
        )
    table = decode(path)
    return replace(table, rows=_counted(table.rows, description.records))


def _counted(rows: Iterator[tuple[int, list[str]]], described: int) -> Iterator[tuple[int, list[str]]]:
    count = 0
    for row in rows:
        count += 1
        yield row
    if count != described:
        raise MalformedError(
            f"记录数不符：描述 {described}，实有 {count} records: {described} described, {count} found"
        )


def response_name(control: str) -> str:
    """Return the name of the response to a description."""
    return control.removesuffix(CONTROL) + RESPONSE


def write_response(batch: str, outcome: Outcome) -> bytes:
    """Return the response: what became of the submission, the counts, the columns that were not read, and each refused
    row with its reasons.
    """
    root = etree.Element("feedback", version="1")
    etree.SubElement(root, "batch").text = batch or None
    etree.SubElement(root, "status").text = outcome.status
    if outcome.refusal:
        etree.SubElement(root, "reason").text = _xml_text(outcome.refusal)
    counts = etree.SubElement(root, "counts")
    for name, count in outcome.counts.items():
        etree.SubElement(counts, name).text = str(count)
    unread = etree.SubElement(root, "unread") if outcome.unread else None
    for column in outcome.unread if unread is not None else ():
        told = etree.SubElement(unread, "column", name=_xml_text(column["column"]), values=str(column["values"]))
        told.set("seems", _xml_text(column["title"]))
        told.set("likeness", str(column["likeness"]))
        told.set("warning", str(column["warning"]).lower())
        told.text = _xml_text(f"{column['zh']} {column['en']}")
    rejected = etree.SubElement(root, "rejected")
    for number, reasons in outcome.rejected[:MOST_ROWS_TOLD]:
        row = etree.SubElement(rejected, "row", number=str(number))
        for reason in reasons:
            told = etree.SubElement(row, "reason", code=reason["code"], column=_xml_text(reason["column"]))
            told.set("value", _xml_text(reason["value"]))
            told.text = _xml_text(reason["text"])
    content: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return content


def _xml_text(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
