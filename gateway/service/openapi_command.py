"""`xinqiao openapi`: the interface as a file, for code generators, gateways and API clients. Needs no database."""

import json
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.output import AsJson, in_a_folder, show


def openapi(
    file: Annotated[
        Path | None, typer.Argument(help="写到此文件 Write it here.", dir_okay=False, callback=in_a_folder)
    ] = None,
    collection: Annotated[
        bool,
        typer.Option("--collection", help="写成 Postman v2.1 集合，Bruno 也可读 As a Postman collection (v2.1)."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """写出接口文档 Write the OpenAPI document, or a collection for API clients, with an example of each request."""
    from gateway.app import create_app
    from gateway.runtime.settings import load_settings
    from gateway.service.collection import collection_of

    document = create_app(load_settings()).openapi()
    told = collection_of(document) if collection else document
    file = file or Path("collection.json" if collection else "openapi.json")
    file.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", "utf-8")
    operations = sum(map(len, document["paths"].values()))
    show(as_json, {"文件 file": str(file), "接口 operations": operations})
