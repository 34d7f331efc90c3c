"""The error table: what each reason is over HTTP and in words. The one place that knows; documents are printed from it.

A reason that is not here cannot be answered: asking for its row raises KeyError, and a test walks them all.
"""

from collections import ChainMap
from collections.abc import Mapping

from gateway.web.errors import (
    answers,
    askers,
    cases,
    changes,
    consents,
    crosscheck,
    evidence,
    imports,
    inquiries,
    platforms,
    records,
    requests,
    submissions,
    trials,
    uploads,
    warnings,
    webhooks,
)
from gateway.web.errors.row import ErrorRow

SECTIONS = tuple(
    module.SECTION
    for module in (
        requests,
        inquiries,
        askers,
        answers,
        consents,
        imports,
        submissions,
        uploads,
        records,
        platforms,
        webhooks,
        crosscheck,
        warnings,
        evidence,
        cases,
        changes,
        trials,
    )
)
ERRORS: Mapping[str, ErrorRow] = ChainMap(*(section.rows for section in SECTIONS))
