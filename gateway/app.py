"""The HTTP service: the application, its lifespan and its routes."""

import gc

# What is loaded from here on stays: looking for cycles in it again and again would take a third of the start.
gc.disable()

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI

from gateway.console.render import PageError
from gateway.gateway import Gateway, open_gateway
from gateway.identity.refusals import on_denied
from gateway.people.faults import on_page_error, show_faults_as_pages
from gateway.people.guard import SignInNeededError, on_sign_in_needed
from gateway.runtime.denial import DeniedError
from gateway.runtime.embedded import revived
from gateway.runtime.settings import Settings, load_settings
from gateway.runtime.waiting import until_database_answers
from gateway.service.gauges import GAUGES
from gateway.service.interface import interface_document
from gateway.service.routers import FRONTS, ROUTERS
from gateway.telemetry.metrics import Metrics
from gateway.web.connections import CONNECTIONS, Connections
from gateway.web.edge import Edge
from gateway.web.forms import FormError, on_form_error
from gateway.web.front import FrontedApp
from gateway.web.metrics_port import metrics_served
from gateway.web.observation import Observation, observed
from gateway.web.problems import install_handlers

gc.freeze()
gc.enable()


def create_app(settings: Settings | None = None, gateway: Gateway | None = None) -> FastAPI:
    """Build the application; with `gateway` given, it runs on that open instance instead of opening its own."""
    settings = settings or load_settings()
    metrics = Metrics(settings.instance_home / "metrics")

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[Mapping[str, object]]:
        async with observed(settings, metrics):
            await until_database_answers(settings)
            async with open_gateway(settings, count=metrics.count) as opened, revived():
                app.state.gateway = opened
                gc.collect()
                gc.freeze()  # what is there by now stays: the collector need not look at it again and again
                async with metrics_served(settings, app):
                    yield {CONNECTIONS: Connections(settings, partial(metrics.count, "connection"))}

    # The stock documentation pages load their scripts from elsewhere, which these networks cannot reach.
    app = FrontedApp(
        title="Xinqiao 信桥",
        version="0.1.0",
        lifespan=None if gateway else lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # The framework's own spans name paths and queries, which may hold an identifier; ours name routes.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.issuer = settings.issuer
    app.state.city = settings.city
    app.state.metrics = metrics
    app.state.counted_in_database = GAUGES
    if gateway:
        app.state.gateway = gateway
    install_handlers(app)
    app.add_exception_handler(DeniedError, on_denied)
    show_faults_as_pages(app)
    app.add_exception_handler(FormError, on_form_error)
    app.add_exception_handler(PageError, on_page_error)
    app.add_exception_handler(SignInNeededError, on_sign_in_needed)
    app.add_middleware(Edge)
    app.add_middleware(Observation, metrics=metrics)  # added last: the outermost
    for router in ROUTERS:
        # Its routes as they are: `include_router` would work each of them out once more, in the first requests.
        app.router.routes.extend(router.routes)
    for front in FRONTS:
        app.add_front(front)
    app.openapi = partial(interface_document, app)  # type: ignore[method-assign]  # the way FastAPI documents
    return app
