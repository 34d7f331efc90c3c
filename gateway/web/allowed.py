"""Which methods an address takes: for the header Allow of 405, where the framework knows those of one route alone."""

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts


def allowed_methods(app: FastAPI, path: str) -> str:
    """Return the methods of all routes that stand at a path, as Allow lists them (RFC 9110 10.2.1)."""
    methods: set[str] = set()
    for route in iter_route_contexts(app.routes):
        if route.path_regex.fullmatch(path):
            methods |= route.methods or set()
    return ", ".join(sorted(methods))
