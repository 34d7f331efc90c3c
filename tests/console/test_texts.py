"""The console's texts: in both languages, none missing, none left over."""

import ast
import re
import sys
from pathlib import Path
from typing import get_args, get_type_hints

import msgspec
import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from jinja2 import nodes

from connectors.catalogue.load import get_dataset
from connectors.model.datasets import Dataset, Field
from connectors.model.mapping import Column
from connectors.records.life import ActKind
from connectors.records.life import State as RecordState
from consent.life import STATUSES
from consent.lists import ENDED
from consent.parts import EVIDENCE_KINDS, FETCH_TYPES
from consent.terms import PURPOSES
from gateway.abnormal.cases import ENDED as DECISIONS
from gateway.abnormal.holding import RULES
from gateway.admin.action import Action
from gateway.admin.change_reading import STATES
from gateway.admin.graph import Harm
from gateway.admin.people_pages import FOLLOWS as ACTS
from gateway.app import create_app
from gateway.cards.listing import FIGURES as FIGURES_OF_CARDS
from gateway.cards.listing import STATES as STATES_OF_CARDS
from gateway.consents.enterprise_pages import SAID
from gateway.consents.imports.results import TAKEN
from gateway.consents.imports.taking import READERS
from gateway.console.navigation import NAVIGATION
from gateway.console.render import FOLDER, THEMES, templates
from gateway.console.table import TableSpec
from gateway.console.texts import LANGUAGES, MissingTextError, catalogue_files, load_texts
from gateway.crosscheck.lists import FAULTS
from gateway.crosscheck.pages import LEARNERS
from gateway.crosscheck.reading import STATES as STATES_OF_CHECKS
from gateway.evidence import browser_check, wording
from gateway.evidence.payload_words import LABELLED
from gateway.identity.clients.registry import CLASSES
from gateway.identity.key_rotation import ROTATED
from gateway.inquiries import health_words, industry_words, questions, usage_pages
from gateway.inquiries.bases.basis import KINDS as KINDS_OF_BASES
from gateway.inquiries.extent_words import NAMED
from gateway.inquiries.outputs.policy import FORMS, LEAVABLE
from gateway.inquiries.own_inquiries import ENDINGS
from gateway.inquiries.portrait import banding, parties
from gateway.inquiries.portrait import changes as portrait_changes
from gateway.inquiries.portrait import words as portrait_words
from gateway.inquiries.portrait.known import KNOWN
from gateway.inquiries.records.words import STATUSES as STATUSES_OF_COLUMNS
from gateway.inquiries.views.view import PARTS as PARTS_OF_VIEWS
from gateway.intake.held_pages import STATES as HELD_STATES
from gateway.intake.pages import COUNTED, TOLD, WAYS
from gateway.matching.deciding import FROM as FROM_OF_MATCHES
from gateway.matching.pages import LEVELS
from gateway.matching.pages import PARTS as PARTS_OF_NAMES
from gateway.matching.pages import STATES as STATES_OF_MATCHES
from gateway.matching.reading import GRADES
from gateway.overview.health_findings import State
from gateway.overview.health_words import TO_DO
from gateway.overview.operations_pages import AREAS
from gateway.overview.search import FINDERS
from gateway.overview.waiting import KINDS as WAITING
from gateway.people.devices import BROWSERS, SYSTEMS
from gateway.people.roles import ROLES
from gateway.platforms.peers import ROLES as ROLES_OF_PLATFORMS
from gateway.providers.setting import STATUSES as STATUSES_OF_PROVIDERS
from gateway.quality.alerts import KINDS
from gateway.questions import replay_words
from gateway.questions.statistics import PARTS
from gateway.quota.plans import PERIODS
from gateway.quota.plans import SCOPES as SCOPES_OF_QUOTA
from gateway.quota.products import PRODUCTS
from gateway.rates.limits import DEFAULTS
from gateway.risk_analysis.acts import ACTS as ACTS_OF_RISKS
from gateway.risk_analysis.comparing import WAYS as WAYS_OF_RISKS
from gateway.risk_analysis.lead_pages import STATES as STATES_OF_LEADS
from gateway.risk_analysis.trial_shown import STATES as STATES_OF_TRIALS
from gateway.runtime.events import EVENTS
from gateway.runtime.keystore import PURPOSES as PURPOSES_OF_KEYS
from gateway.scores.scan_pages import KINDS as KINDS_OF_SCANS
from gateway.scores.scan_pages import STATES as STATES_OF_SCANS
from gateway.scores.tag_words import STATUSES as STATUSES_OF_TAGS
from gateway.sharing.issuing import SHOWABLE
from gateway.sharing.looking import FAULTS as FAULTS_OF_CREDENTIALS
from gateway.sources.pages import STATES as SOURCE_STATES
from gateway.warnings.subscription_pages import STATUSES as STATUSES_OF_SUBSCRIPTIONS
from gateway.watches.names import RELEASED
from gateway.watches.outline import FIGURES as FIGURES_OF_WATCHES
from gateway.webhooks.pages import SAID as WEBHOOK_SAID
from gateway.webhooks.pages import STATES as WEBHOOK_STATES
from gateway.webhooks.told import TOPICS
from risk_monitor.case_names import AUTHORITIES, MEASURES, STEPS
from risk_monitor.case_names import OUTCOMES as OUTCOMES_OF_CASES
from risk_monitor.case_names import STATES as STATES_OF_CASES
from risk_monitor.names import KINDS as KINDS_OF_RISKS
from risk_monitor.names import LEVELS as LEVELS_OF_RISKS
from risk_monitor.site_names import KINDS as KINDS_OF_FINDINGS
from risk_monitor.site_names import SERIES as SERIES_OF_SITES
from scoring_adapter.card import load_card
from scoring_adapter.providers.joint import RULES as RULES_OF_JOINT
from scoring_adapter.providers.together import PART_FAULTS

ROOT = Path(__file__).parents[2]
assert create_app  # it has loaded every page
DATASET, FIELD = get_type_hints(Dataset), get_type_hints(Field)
# `_("prefix-" ~ value)` in a template: every value that may stand there.
FAMILIES = {
    "abnormal": {f"{decision}{part}" for decision in DECISIONS for part in ("", "-question", "-then")},
    "abnormal-rule": set(RULES),
    "abnormal-state": {"held", *DECISIONS.values()},
    "alert": set(KINDS),
    "approved-by": {"auditor", "operator"},
    "browser": BROWSERS,
    "credential": {*SHOWABLE, "holds", "ended", "taken-back"},
    "credential-fault": set(FAULTS_OF_CREDENTIALS),
    "subscription": set(STATUSES_OF_SUBSCRIPTIONS),
    "case-outcome": set(OUTCOMES_OF_CASES),
    "case-state": set(STATES_OF_CASES),
    "case-step": {"open", *STEPS},
    "case-then": set(STEPS),
    "column": {member.encode_name for member in msgspec.structs.fields(Column)} - {"from"},
    "crosscheck-fault": set(FAULTS),
    "crosscheck-learner": set(LEARNERS),
    "crosscheck-state": set(STATES_OF_CHECKS),
    "crosscheck-state-why": set(STATES_OF_CHECKS),
    "crosscheck-then": {"plain", "private"},
    "crosscheck-way": {"plain", "private"},
    "consent-file": set(EVIDENCE_KINDS),
    "cost-state": {"in-force", "to-come", "was", "replaced"},
    "counting": set(TOLD),
    "delivery": {"acknowledged", "confirmed", "pending", "refused"},
    "do": {model.model_fields["action"].default for model in Action.__subclasses__()},
    "ent-act": set(ActKind),
    "ent-asked": {*questions.OUTCOMES, *STATUSES},
    "ent-person-is": {"invited", "active", "suspended"},
    "ent-record": {"superseded", "unresolved", "expired", "not_yet", *RecordState},
    "ent-said": SAID,
    "ent-standing": set(STATUSES),
    "found": set(FINDERS),
    "event": set(EVENTS),
    "ending": set(ENDINGS),
    "held-state": set(HELD_STATES),
    "granularity": set(get_args(DATASET["granularity"])),
    "house": {"clerk", "office", "owner", "staff"},
    "harm": set(Harm),
    "imports": set(TAKEN),
    "imports-kind": {kind for kind, _ in READERS.values()},
    "key": {"ended", "in-use", "objected", "waiting"},
    "match-ask": set(FROM_OF_MATCHES),
    "match-by": {"name", "organisation_code", "registration_number"},
    "match-do": set(FROM_OF_MATCHES),
    "match-grade": set(GRADES),
    "match-level": set(LEVELS),
    "match-part": set(PARTS_OF_NAMES),
    "match-state": set(STATES_OF_MATCHES),
    "match-then": set(FROM_OF_MATCHES),
    "op": {"active", "suspended", "closed", "invited", "unregistered"},
    "op-area": set(AREAS),
    "op-change": set(STATES),
    "op-consent": set(STATUSES),
    "op-health": set(TO_DO),
    "op-key": set(PURPOSES_OF_KEYS),
    "op-now-cached": set(ROTATED),
    "op-own": {"active", "next", "retiring", "retired"},
    "op-rotate-cached": set(ROTATED),
    "op-source": set(SOURCE_STATES),
    "op-state": set(State),
    "op-used-for": set(PURPOSES_OF_KEYS),
    "paper-method": {"console", "key", "paper"},
    "person": {"active", "invited", "suspended"},
    "person-do": ACTS,
    "person-said": {"done", "waits"},
    "person-sure": ACTS,
    "card-figure": set(FIGURES_OF_CARDS),
    "card-state": set(STATES_OF_CARDS),
    "personal": set(get_args(FIELD["personal"])) - {""},
    "polarity": set(get_args(DATASET["polarity"])),
    "product": set(PRODUCTS),
    "provider-fault": set(PART_FAULTS),
    "joint-rule": set(RULES_OF_JOINT),
    "provider-status": {"serving", *STATUSES_OF_PROVIDERS.values()},
    "purpose": set(PURPOSES),
    "rate": {measure for _, measure in DEFAULTS},
    "rate-all": {scope for scope, _ in DEFAULTS},
    "rate-of": {scope for scope, _ in DEFAULTS},
    "rate-source": {"own", "all", "program"},
    "recall": {"repaired", "annulled", "withdrawn"},
    "role": set(ROLES),
    "role-does": set(ROLES),
    "rows": set(COUNTED),
    "scope": {scope for scopes in ROLES.values() for scope in scopes},
    "sharing": set(get_args(DATASET["sharing"])),
    "signing": {"assertion", "proof", "batch"},
    "signs": {"assertion", "proof", "batch"},
    "standing": {"active", "paused", "requested", *ENDED},
    "stopped": {
        "account-closed", "account-suspended", "institution-closed", "institution-suspended", "agreement-not-in-force",
        "abnormal-usage-detected",
    },
    "stopped-account": {"closed", "suspended"},
    "system": SYSTEMS,
    "risk": {"opened", "raised", "lowered", "ended"},
    "risk-level": set(LEVELS_OF_RISKS),
    "site-finding": set(KINDS_OF_FINDINGS),
    "site-kind": {"site", "app"},
    "site-series": set(SERIES_OF_SITES),
    "site-status": set(get_dataset("platform_profile").fields["status"].codes),
    "risk-trial-state": set(STATES_OF_TRIALS),
    "risk-way": set(WAYS_OF_RISKS),
    "risk-type": set(KINDS_OF_RISKS),
    "theme": {*THEMES, "system"},
    "watch-figure": set(FIGURES_OF_WATCHES),
    "watch-kind": set(RELEASED),
    "watch-way": {"rules", "model", "both"},
    "try": set(FINDERS),
    "tag-dimension": set(load_card().dimensions),
    "tag-status": set(STATUSES_OF_TAGS),
    "told": {"factor-reset"},
    "type": set(get_args(FIELD["type"])),
    "waits": set(WAITING),
    "usage": set(usage_pages.OUTCOMES),
    "way": WAYS,
    "statement": {"csv", "jws", "json", "pdf"},
    "webhook-said": WEBHOOK_SAID,
    "webhook-state": {"active", "disabled", *WEBHOOK_STATES},
    "webhook-topic": set(TOPICS),
}  # fmt: skip
# `words(f"prefix-{value}")` in Python: every value that may stand there.
IN_PYTHON = {
    "case-measure": set(MEASURES),
    "case-to": set(AUTHORITIES),
    "risk-act": set(ACTS_OF_RISKS),
    "risk-lead-state": set(STATES_OF_LEADS),
    "network-at": set(get_dataset("ent_legal_rep").fields["position"].codes),
    "legal-basis": set(KINDS_OF_BASES),
    "output-form": set(FORMS),
    "output-records": {"banded", "flag"},
    "view": {*PARTS_OF_VIEWS, *STATUSES_OF_COLUMNS},
    "output-member": {
        "band", "score", "reasons-points", "reasons-value", "tags-points", "tags-value", "health-counts",
        "records-amounts", "records-texts", "dimensions-figures", "network-shares", "changes-values", *LEAVABLE,
    },
    "portrait-band": set(banding.BANDS),
    "portrait-field": set(portrait_changes.COMPARED),
    "portrait-filed": set(get_dataset("ent_change").fields["item_code"].codes),
    "portrait-known": {status for status in KNOWN if status != "told"},
    "portrait-party": {kind.replace("_", "-") for kind in parties.KINDS},
    "portrait-registration": set(portrait_words.REGISTRATION_STATUSES),
    "portrait-status": set(portrait_words.STATUSES),
    "withheld": NAMED,
    "asked-purpose": set(PURPOSES),
    "audit-part": set(PARTS),
    "audit-time": {"night", "weekend"},
    "check-result": set(browser_check.RESULTS),
    "replay-basis": set(replay_words.IN_BASIS),
    **{name: set(codes) for name, codes in {**health_words.WORDED, **industry_words.WORDED}.items()},
    "replay-member": set(replay_words.MEMBERS),
    "quota-each": set(PERIODS),
    "quota-whose": set(SCOPES_OF_QUOTA),
    "scan-kind": set(KINDS_OF_SCANS),
    "scan-state": set(STATES_OF_SCANS),
    "check-say": set(browser_check.SAID),
    "check-step": set(browser_check.STEPS),
    "check-told": set(browser_check.TOLD),
    "check-why": set(browser_check.FAULTS),
    "member": set(LABELLED),
    "template": {kind.lower() for kind in FETCH_TYPES},
    "outcome": {*wording.OUTCOMES, *STATUSES, *questions.OUTCOMES},
}  # fmt: skip
# `_(name)` in a template: keys that a page hands over by this name.
HANDED_OVER = {
    "act.title",
    "act.verb",
    "of.lead",
    "of.numbered",
    "of.shipped",
    "of.title",
    "one.hint",
    "column.label",
    "entry.label",
    "follows",
    "group.label",
    "key",
    "name",
    "note",
    "one.label",
    "entry_here.label",
    "reason",
    "row.wrong",
    "verb",
}


@pytest.fixture(scope="module", params=LANGUAGES)
def texts(request) -> Catalog:
    return all_of(request.param)


def all_of(language: str) -> Catalog:
    """The texts of all the files of a language."""
    together = Catalog(locale=language)
    for path in catalogue_files(language):
        with path.open("rb") as file:
            one = read_po(file, locale=language, abort_invalid=True)
        assert not one.obsolete, path.name
        for message in one:
            if message.id:
                together[message.id] = message
    return together


@pytest.fixture(scope="module")
def used() -> set[str]:
    handed_over = {word for word in words_in("gateway") if re.fullmatch("[a-z_-]+", word)}
    groups = [group for groups in NAVIGATION.values() for group in groups]
    led_to = {entry.label for group in groups for entry in group.entries} | {group.label for group in groups}
    return keys_in_templates() | handed_over | of_families() | of_filters() | led_to


def keys_of(texts: Catalog) -> set[str]:
    return {message.id if isinstance(message.id, str) else message.id[0] for message in texts if message.id}


def of_families() -> set[str]:
    reasons = words_in("connectors", "Reason", "CellError")
    in_python = {
        "content": {"evaluations", "usage-results", "case-transfers"},
        "enrol-wrong": {"password", "code"}, "flow-class": set(CLASSES),
        "platform": set(ROLES_OF_PLATFORMS), "reason": reasons,
    }  # fmt: skip
    families = {**FAMILIES, **IN_PYTHON, **in_python}
    return {f"{name}-{value}" for name, values in families.items() for value in values}


def of_filters() -> set[str]:
    """The texts of the choices of every table's filters."""
    modules = [module for name, module in sys.modules.items() if name.startswith("gateway.")]
    specs = [value for module in modules for value in vars(module).values() if isinstance(value, TableSpec)]
    return {f"{one.prefix}{option}" for spec in specs for one in spec.filters for option in one.options}


def calls() -> list[nodes.Call]:
    """Every call of a text in a template."""
    speaking = templates("zh")
    parsed = [speaking.parse(path.read_text("utf-8")) for path in sorted((FOLDER / "templates").glob("*.html"))]
    found = [call for one in parsed for call in one.find_all(nodes.Call)]
    return [call for call in found if isinstance(call.node, nodes.Name) and call.node.name in {"_", "ngettext"}]


def keys_in_templates() -> set[str]:
    first = [call.args[0] for call in calls() if not isinstance(call.args[0], nodes.Concat)]
    return {one.value for one in first if isinstance(one, nodes.Const)} | {
        branch.value for one in first if isinstance(one, nodes.CondExpr) for branch in (one.expr1, one.expr2)
    }


def words_in(folder: str, *names: str) -> set[str]:
    """Every text that Python passes first to one of these classes; every text at all where none is named."""
    found: set[str] = set()
    for path in (ROOT / folder).rglob("*.py"):
        for one in ast.walk(ast.parse(path.read_text("utf-8"))):
            named = isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id in names and one.args
            word = one.args[0] if named else one
            if (named or not names) and isinstance(word, ast.Constant) and isinstance(word.value, str):
                found.add(word.value)
    return found


def test_every_text_is_there_and_settled(texts):
    for message in texts:
        forms = [message.string] if isinstance(message.string, str) else list(message.string)
        assert all(forms), message.id
        assert not message.fuzzy or not message.id, message.id
        assert not message.id or not list(message.check(texts)), message.id


def test_no_text_stands_twice(texts):
    files = [
        re.findall(r'^msgid "(.+)"$', path.read_text("utf-8"), re.MULTILINE)
        for path in catalogue_files(str(texts.locale))
    ]
    written = [key for keys in files for key in keys]
    assert len(written) == len(set(written)) == len(keys_of(texts))
    assert all(keys == sorted(keys) for keys in files)


def test_every_key_of_templates_and_pages_has_a_text(texts):
    assert keys_in_templates() - keys_of(texts) == set()
    assert words_in("gateway", "PageError", "words") - keys_of(texts) == set()
    assert of_families() - keys_of(texts) == set()
    assert len(of_filters()) > 10
    assert of_filters() - keys_of(texts) == set()


def test_no_text_is_left_over(texts, used):
    assert keys_of(texts) - used == set()


def test_every_kind_of_key_in_a_template_is_one_of_these():
    first = [call.args[0] for call in calls()]
    concats = [one.nodes[0] for one in first if isinstance(one, nodes.Concat)]
    families = {one.value.rstrip("-") for one in concats if isinstance(one, nodes.Const)}
    assert [one.attr for one in concats if not isinstance(one, nodes.Const)] == ["prefix"]  # a filter's, of Python
    assert families == set(FAMILIES)
    names = {one.name for one in first if isinstance(one, nodes.Name)}
    names |= {f"{one.node.name}.{one.attr}" for one in first if isinstance(one, nodes.Getattr)}
    assert names == HANDED_OVER
    known = (nodes.Const, nodes.Concat, nodes.Name, nodes.Getattr, nodes.CondExpr)
    assert [one for one in first if not isinstance(one, known)] == []


def test_templates_hold_no_words_of_their_own():
    for path in sorted((FOLDER / "templates").glob("*.html")):
        assert re.findall(r"[\u4e00-\u9fff]+", path.read_text("utf-8")) == [], path.name


def test_both_languages_say_the_same_values():
    chinese, english = all_of("zh"), all_of("en")
    assert keys_of(chinese) == keys_of(english)
    for key in keys_of(chinese):
        first, second = (str(found[key].string) for found in (chinese, english))
        assert set(re.findall(r"%\((\w+)\)s", first)) == set(re.findall(r"%\((\w+)\)s", second)), key


def test_a_key_without_a_text_is_never_shown():
    for call in (lambda: load_texts("en").gettext("nothing"), lambda: load_texts("zh").ngettext("no", "no", 1)):
        with pytest.raises(MissingTextError):
            call()
