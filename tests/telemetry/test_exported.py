"""What leaves the process for a collector of traces: our own spans, which name routes, and nothing else."""

import httpx

from tests.http_server import JsonHandler, serving
from tests.town import instance

CODE = "91330300MA2ABCDE1X"


def test_no_path_and_no_query_reaches_a_collector(socket_folder, tmp_path):
    sent = []

    class Collector(JsonHandler):
        def do_POST(self):
            sent.append(self.read_body())
            self.say(200, {})

    with serving(Collector) as address:
        more = {"XINQIAO_OTLP_ENDPOINT": f"{address}/v1/traces", "XINQIAO_TRACE_RATIO": "1"}
        with instance(socket_folder, tmp_path, "gateway", **more) as gateway, gateway.run("serve") as server:
            httpx.get(f"{gateway.issuer}/v1/inquiries?subject={CODE}")
            httpx.get(f"{gateway.issuer}/v1/inquiries/{CODE}")
            server.terminate()
            assert server.wait(60) == 0
    told = b"".join(sent)
    assert b"GET /v1/inquiries/{inquiry_id}" in told
    assert CODE.encode() not in told
