"""What is counted in the database for /metrics, room by room."""

from gateway.abnormal.gauges import gauge_held_accounts
from gateway.crosscheck.gauges import gauge_crosschecks
from gateway.disposal.gauges import gauge_cases
from gateway.evidence.gauges import gauge_log
from gateway.matching.gauges import gauge_proposals
from gateway.network.gauges import gauge_network
from gateway.providers.gauges import gauge_providers
from gateway.quality.gauges import count_open_alerts
from gateway.records.gauges import gauge_objections
from gateway.risk.gauges import gauge_risk
from gateway.scores.challenger_gauges import gauge_challenger
from gateway.scores.gauges import gauge_columns
from gateway.scores.scan_figures import gauge_scans
from gateway.sites.gauges import gauge_sites
from gateway.warnings.gauges import gauge_warnings
from gateway.webhooks.figures import gauge_webhooks

GAUGES = (
    count_open_alerts,
    gauge_log,
    gauge_columns,
    gauge_scans,
    gauge_webhooks,
    gauge_held_accounts,
    gauge_network,
    gauge_challenger,
    gauge_risk,
    gauge_crosschecks,
    gauge_objections,
    gauge_proposals,
    gauge_providers,
    gauge_warnings,
    gauge_cases,
    gauge_sites,
)
