"""Agencies and datasets as the catalogue describes them: the standard that every delivery is brought to. Pure."""

import re
from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec

from connectors.model.mapping import Mapping, Party, Producer

FieldType = Literal["text", "date", "until", "money", "currency", "code", "list", "number", "flag", "packed"]
Code = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,62}$")]  # an agency's is also its client id
KeyType = Literal["uscc", "organisation_code", "registration_number", "tax_number", "name"]
NodeKind = Literal["government", "finance", "provincial", "platform", "market", "utility", "consumer"]

# 文号, 案号, 许可证编号: but not a party's own number, which may be a person's.
_DOCUMENT = re.compile(
    r"(?!.*(?:身份|证件|证照|账号)).*"
    r"(?:文号|文书号|案号|证号|证书号|证明号|登记号|备案号|保单号|申请号|注册号|编号)"
)


def is_silent(last: datetime, promise_days: int, now: datetime) -> bool:
    """Tell whether what came last is older than a dataset promises.

    For alerts and scores of agencies at any moment; tags are of a day: what was silent when it began is stale in them.
    """
    return now - last > timedelta(days=promise_days)


class Title(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A name in Chinese and in English."""

    zh: str
    en: str


class Agency(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Who supplies data. `reconstructed`: the city's list does not name it, the provincial one of 2017 does."""

    code: Code
    zh: str
    en: str
    kind: NodeKind = "government"
    province_code: str = ""
    reconstructed: bool = False


class Field(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One field of a dataset. Money and numbers are decimal strings in `unit`; `codes` are code → word.

    `otherwise` is the code of every other word, else such a row is refused.
    `personal`: "always", or "sole_trader" where it is personal only if the enterprise is one person (class 92).
    `document`: whether it holds the number of a document (文号, 许可证编号); where it is not said, its name decides.
    """

    zh: str
    type: FieldType = "text"
    required: bool = False
    unit: str = ""
    codes: dict[str, str] = {}
    otherwise: str = ""
    personal: Literal["", "always", "sole_trader"] = ""
    document: bool | None = None

    @property
    def is_document(self) -> bool:
        """Whether it holds the number of a document: as declared, else as its name says."""
        if self.document is not None:
            return self.document
        return not self.personal and _DOCUMENT.fullmatch(self.zh) is not None


class Disclosure(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How long a record may be shown: until the day a field of its own names, else months after its event.

    `cap_months` after its event is the longest the law allows, whatever day is named, where the dataset is negative and
    public; null where no law sets an end (connectors/conversion/disclosure.py).
    """

    field: str | None = None
    months: int | None = None
    cap_months: int | None = 36


class Unpack(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Rows that each hold a record of another dataset of the agency, packed into a field.

    `kind` is the field that says which, a code; `payload` the one that holds it, of type packed; `into` is code →
    dataset.
    """

    kind: Code
    payload: Code
    into: dict[str, Code]


class Dataset(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One kind of record of one agency.

    `key` names fields, or "party"; `registers`: its names identify subjects; `mixes_persons`: rows about natural
    persons, known by name alone, stand among the others; `retention_years` is counted from the record's end.

    `delivery`: each batch of a `full_list` says all there is, so that a key missing from it has ended; a `delta` only
    adds and corrects. A list that would end more than `most_ended_percent` of the current keys is held for a person.
    `list_per` year: a list says all there is of the years that its rows are of, by `event_date`, and ends no other's.
    """

    dataset: Code
    agency: Code
    title: Title
    category: str
    key: list[str]
    fields: dict[Code, Field]
    sharing: Literal["public", "shared", "restricted"] = "public"
    polarity: Literal["positive", "negative", "neutral"] = "neutral"
    schema_version: int = 1
    freshness_days: int = 31
    delivery: Literal["full_list", "delta"] = "delta"
    list_per: Literal["year"] | None = None
    most_ended_percent: int = 20
    key_type: KeyType = "uscc"
    granularity: Literal["day", "month", "year"] = "day"
    party: Party = Party()
    producer: Producer = Producer()
    event_date: str | None = None
    disclosure: Disclosure = Disclosure()
    unpack: Unpack | None = None
    registers: bool = False
    mixes_persons: bool = False
    retention_years: int = 10
    mappings: list[Mapping] = []

    def spellings(self) -> list[Mapping]:
        """Return the mappings to try, the standard's own spelling last."""
        return [*self.mappings, Mapping("standard", self.schema_version, self.party, self.producer)]

    def headings(self) -> list[str]:
        """Return every heading that a column may have of which anything is read."""
        own = [heading for name, of in self.fields.items() for heading in (name, of.zh)]
        return own + [heading for mapping in self.spellings() for heading in mapping.names()]
