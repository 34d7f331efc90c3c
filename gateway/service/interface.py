"""The interface as one document: what every room declares of its operations, and what each scope is for."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI

from gateway.abnormal import operations as abnormal
from gateway.admin import operations as admin
from gateway.cards import operations as cards
from gateway.catalogue import operations as catalogue
from gateway.consents import operations as consents
from gateway.crosscheck import operations as crosscheck
from gateway.disposal import operations as disposal
from gateway.evidence import operations as evidence
from gateway.identity import operations as identity
from gateway.inquiries import operations as inquiries
from gateway.inquiries import sheet_operations as sheets
from gateway.inquiries.bases import operations as duty_bases
from gateway.inquiries.outputs import operations as outputs
from gateway.inquiries.portrait import operations as portraits
from gateway.inquiries.results import operations as usage_reports
from gateway.inquiries.views import operations as data_views
from gateway.intake import operations as intake
from gateway.matching import operations as matching
from gateway.network import operations as network
from gateway.overview import operations as overview
from gateway.platforms import operations as platforms
from gateway.providers import operations as providers
from gateway.quality import operations as quality
from gateway.questions import operations as questions
from gateway.quota import operations as quota
from gateway.records import operations as records
from gateway.risk import operations as risk
from gateway.risk_analysis import operations as risk_analysis
from gateway.scores import operations as scores
from gateway.sharing import operations as sharing
from gateway.sites import operations as sites
from gateway.sources import operations as sources
from gateway.statements import operations as statements
from gateway.warnings import operations as warnings
from gateway.watches import operations as watches
from gateway.web import operations as web
from gateway.web.openapi import describe
from gateway.web.operations import Operation
from gateway.webhooks import operations as webhooks

ROOMS = (
    web,
    identity,
    catalogue,
    intake,
    sources,
    quality,
    records,
    matching,
    consents,
    inquiries,
    sheets,
    portraits,
    outputs,
    duty_bases,
    data_views,
    usage_reports,
    providers,
    cards,
    watches,
    quota,
    scores,
    network,
    risk,
    risk_analysis,
    disposal,
    sites,
    crosscheck,
    warnings,
    platforms,
    webhooks,
    statements,
    sharing,
    evidence,
    questions,
    abnormal,
    admin,
    overview,
)
OPERATIONS: Mapping[str, Operation] = {name: told for room in ROOMS for name, told in room.OPERATIONS.items()}
SCOPES: Mapping[str, str] = {
    "inquiries": "查询企业、查看配额 ask about enterprises, see the quota",
    "consents": "请求、答复、查看授权 request, answer and see consents",
    "usage-results": "报告应用结果 report what became of an answer",
    "webhooks": "登记、查看推送 register and see webhooks",
    "datasets": "提交本部门的数据 hand in the agency's own data",
    "records": "查看本企业的记录、提出异议 see the enterprise's own records, object to them",
    "cases": "办理本处置办的案件 see to the cases of the county disposal office",
    "deliveries": "报送给本平台 deliver to this platform",
    "audit": "审计 read the log",
    "admin": "安全管理：账户、密钥、配额、审批 administer security: accounts, keys, quotas, approvals",
    "system": "系统管理：运行 run the system",
}


def interface_document(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of the application, made once."""
    if app.openapi_schema is None:
        app.openapi_schema = describe(app, OPERATIONS, SCOPES)
    return app.openapi_schema
