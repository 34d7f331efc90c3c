"""Every room's routes, in the order in which they are tried; and what answers in front of them."""

from gateway.abnormal import routes as abnormal
from gateway.admin import (
    abnormal_pages,
    agency_pages,
    card_pages,
    change_pages,
    cost_pages,
    institution_pages,
    invite_pages,
    key_pages,
    paper_pages,
    paper_routes,
    people_list,
    people_pages,
    provider_pages,
    rate_pages,
    watch_pages,
)
from gateway.admin import account_pages as institution_accounts
from gateway.admin import audit_pages as audit_home
from gateway.admin import pages as home
from gateway.admin import routes as admin
from gateway.cards import routes as cards
from gateway.catalogue import pages as catalogue_pages
from gateway.catalogue import routes as catalogue
from gateway.catalogue import trial_routes as trials
from gateway.consents import enterprise_pages as enterprise_consent_pages
from gateway.consents import evidence_routes as consent_evidence
from gateway.consents import pages as consent_pages
from gateway.consents import request_pages as consent_requests
from gateway.consents import routes as consents
from gateway.consents import signatory_pages
from gateway.consents import signatory_routes as signatories
from gateway.consents import template_pages as consent_template_pages
from gateway.consents import template_routes as consent_templates
from gateway.consents.imports import pages as consent_import_pages
from gateway.consents.imports import routes as consent_imports
from gateway.console import pages as console
from gateway.console import static_routes as static
from gateway.crosscheck import check_pages
from gateway.crosscheck import pages as crosscheck_pages
from gateway.crosscheck import private_routes as private_crosschecks
from gateway.crosscheck import routes as crosschecks
from gateway.disposal import file_routes as case_files
from gateway.disposal import opening_pages as case_opening_pages
from gateway.disposal import pages as case_pages
from gateway.disposal import risk_pages as case_risk_pages
from gateway.disposal import routes as cases
from gateway.evidence import checkpoint_pages
from gateway.evidence import log_routes as audit_log
from gateway.evidence import pages as entry_pages
from gateway.evidence import routes as audit_entries
from gateway.identity import key_routes as keys
from gateway.identity import routes as oauth
from gateway.inquiries import (
    ask_pages,
    compare_pages,
    deletion_pages,
    desk_pages,
    inquiry_pages,
    recall_pages,
    sheet_pages,
    usage_pages,
)
from gateway.inquiries import enterprise_pages as enterprise_question_pages
from gateway.inquiries import enterprise_routes as enterprise_questions
from gateway.inquiries import obligation_routes as obligations
from gateway.inquiries import recall_routes as recalls
from gateway.inquiries import replay_routes as replays
from gateway.inquiries import routes as inquiries
from gateway.inquiries import usage_routes as usage_results
from gateway.inquiries.bases import pages as duty_pages
from gateway.inquiries.bases import routes as duty_bases
from gateway.inquiries.batches import pages as ask_many_pages
from gateway.inquiries.batches import routes as inquiry_batches
from gateway.inquiries.outputs import pages as output_pages
from gateway.inquiries.outputs import routes as outputs
from gateway.inquiries.portrait import pages as portrait_pages
from gateway.inquiries.portrait import routes as portraits
from gateway.inquiries.results import pages as result_pages
from gateway.inquiries.results import routes as usage_reports
from gateway.inquiries.views import pages as data_view_pages
from gateway.inquiries.views import routes as data_views
from gateway.intake import correction_pages as corrections
from gateway.intake import held_pages, preview_pages
from gateway.intake import held_routes as held
from gateway.intake import pages as upload_pages
from gateway.intake import rejected_rows_routes as rejected_rows
from gateway.intake import routes as batches
from gateway.intake import upload_routes as uploads
from gateway.matching import pages as match_pages
from gateway.matching import routes as matching
from gateway.network import pages as network_pages
from gateway.network import routes as network
from gateway.overview import enterprise_pages as enterprise_home
from gateway.overview import health_routes as whole_health
from gateway.overview import help_pages, operations_pages, reader_pages, search_pages, waiting_pages
from gateway.overview import pages as overview_pages
from gateway.overview import routes as overview
from gateway.people import account_pages, enrol_pages
from gateway.people import authorize_pages as authorize
from gateway.people import pages as signing_in
from gateway.people import recovery_pages as recovery
from gateway.people import sso_pages as sso
from gateway.people import view_pages as views
from gateway.platforms import pages as platform_pages
from gateway.platforms import routes as deliveries
from gateway.platforms import sent_routes as sent_deliveries
from gateway.providers import routes as providers
from gateway.quality import feed_pages as feeds
from gateway.quality import pages as quality_pages
from gateway.quality import routes as quality
from gateway.questions import pages as question_pages
from gateway.questions import routes as questions
from gateway.questions import statistics_pages
from gateway.quota import cost_routes as quota_costs
from gateway.quota import month_routes as quota_months
from gateway.quota import pages as quota_pages
from gateway.quota import rate_routes as rates
from gateway.quota import routes as quota
from gateway.records import ended_list_pages, objection_pages, objection_routes, open_objection_pages
from gateway.records import enterprise_pages as enterprise_record_pages
from gateway.records import enterprise_routes as enterprise_records
from gateway.records import life_routes as record_life
from gateway.records import routes as records
from gateway.risk import learned_pages as risk_learned_pages
from gateway.risk import pages as risk_pages
from gateway.risk import routes as risk
from gateway.risk_analysis import (
    funnel_pages,
    lead_pages,
    left_open_pages,
    trial_pages,
    wall_pages,
)
from gateway.risk_analysis import routes as risk_analysis
from gateway.scores import routes as scores
from gateway.scores import scan_pages, subject_tag_pages, tag_pages
from gateway.sharing import enterprise_pages as credential_pages
from gateway.sharing import routes as sharing
from gateway.sharing import staff_pages as shown_credentials
from gateway.sites import pages as site_pages
from gateway.sites import routes as sites
from gateway.sources import pages as source_pages
from gateway.sources import routes as sources
from gateway.statements import pages as statement_pages
from gateway.statements import routes as statements
from gateway.warnings import pages as warning_pages
from gateway.warnings import routes as warnings
from gateway.warnings import scan_pages as joint_scan_pages
from gateway.warnings import scan_routes as joint_scans
from gateway.warnings import subscription_pages
from gateway.watches import routes as watches
from gateway.web import health_routes as health
from gateway.web import problem_routes as problems
from gateway.web import reference_routes as reference
from gateway.web.front import Front
from gateway.webhooks import pages as webhook_pages
from gateway.webhooks import routes as webhooks

ROUTERS = tuple(module.router for module in (
    health, problems, reference, oauth, keys, catalogue, batches, trials, uploads, rejected_rows, sources, quality,
    held, records, record_life, enterprise_records, objection_routes, matching, match_pages, consent_imports,
    consent_evidence, consent_templates, consents, signatories, quota, abnormal, abnormal_pages, quota_months,
    quota_costs, rates, cost_pages, rate_pages, inquiry_batches, outputs, duty_bases, data_views, usage_reports,
    providers, provider_pages, cards, card_pages, watches, watch_pages, output_pages, duty_pages, data_view_pages,
    result_pages, inquiries, portraits, scores, network, risk, risk_analysis, cases, case_files, sites, crosschecks,
    private_crosschecks, warnings, joint_scans, replays, usage_results, obligations, recalls, enterprise_questions,
    deliveries, sent_deliveries, platform_pages, webhooks, webhook_pages, statements, sharing, credential_pages,
    shown_credentials, statement_pages, audit_entries, questions, audit_log, admin, paper_routes, overview,
    overview_pages, waiting_pages, search_pages, help_pages, reader_pages, whole_health, operations_pages, authorize,
    console, static, signing_in, sso, recovery, account_pages, enrol_pages, people_list, invite_pages, people_pages,
    views, home, change_pages, paper_pages, institution_accounts, agency_pages, institution_pages, key_pages,
    catalogue_pages, upload_pages, preview_pages, held_pages, corrections, enterprise_home, enterprise_consent_pages,
    enterprise_question_pages, enterprise_record_pages, objection_pages, open_objection_pages, ended_list_pages,
    signatory_pages, audit_home, question_pages, statistics_pages, entry_pages, checkpoint_pages, desk_pages,
    ask_pages, ask_many_pages,
    recall_pages,  # before the pages whose addresses take its for an id
    inquiry_pages, sheet_pages, portrait_pages, compare_pages, consent_requests, consent_template_pages,
    consent_import_pages, consent_pages, quota_pages,
    deletion_pages,  # before the pages whose addresses take its for an id
    usage_pages, feeds, quality_pages, source_pages, scan_pages, tag_pages, subject_tag_pages, network_pages,
    risk_pages, case_risk_pages, funnel_pages, lead_pages, left_open_pages, trial_pages, wall_pages,
    case_opening_pages,  # before the pages whose addresses take its for an id
    case_pages, site_pages, risk_learned_pages, crosscheck_pages, check_pages, warning_pages, subscription_pages,
    joint_scan_pages,
))  # fmt: skip
FRONTS = (
    Front("/v1/inquiries", inquiries.ask_in_front),
    Front("/oauth/token", oauth.token_in_front),
    Front("/v1/usage-results", usage_results.report_in_front),
    Front("/v1/datasets/{dataset}/batches", batches.push_in_front),
)
