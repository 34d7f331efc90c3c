"""An outside score provider in one file, standard library only; docs/providers.md is the format it speaks.

The score depends on the subject: a made-up model over the digits of its code. `--break` shows what a gateway must bear.
With `--keys` (what the gateway's /.well-known/xinqiao-keys says) a question without a permit that covers it is 401;
with `--sign` (a file with a private key, made by `python -m xinqiao_client key`) each answer is signed. Both need
`xinqiao_client`.
"""

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Callable
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

FAULTS = (
    "status500", "status503", "shape", "boolean", "subject", "inquiry", "range", "lying", "truncated", "slow", "hang",
    "unsigned", "forged",
)  # fmt: skip
BANDS = ((750, "excellent"), (600, "good"), (450, "fair"), (0, "poor"))


def answer_to(question: dict[str, str]) -> dict[str, object]:
    """Score a subject between 300 and 899."""
    score = 300 + int.from_bytes(hashlib.sha256(question["subject"].encode()).digest()[:4], "big") % 600
    return {
        "inquiry": question["inquiry"],
        "subject": question["subject"],
        "score": score,
        "band": next(band for least, band in BANDS if score >= least),
        "model": "five-force-example/1",
        "reasons": [f"示例模型给出 {score} 分 the example model gives {score}"],
    }


class Handler(BaseHTTPRequestHandler):
    """Answers POST with a score, or with the fault asked for."""

    fault = ""
    permits: Any = None
    sign: Callable[[bytes], str] | None = None

    def do_POST(self) -> None:
        """Answer one question."""
        try:
            question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = answer_to(question)
        except (ValueError, TypeError, KeyError, AttributeError) as fault:
            self.send_error(400, f"not a question: {type(fault).__name__}")
            return
        if self.permits is not None:
            try:
                self.permits.check(self.headers["Authorization"], question)
            except ValueError as refused:
                print(refused, file=sys.stderr)
                self.send_error(401, "not permitted")
                return
        time.sleep({"hang": 3600, "slow": 2}.get(self.fault, 0))
        answer |= {
            "shape": {"score": "high"}, "boolean": {"score": True}, "subject": {"subject": "x"},
            "inquiry": {"inquiry": "x"}, "range": {"score": 1001}, "lying": {"score": time.time_ns() % 1001},
        }.get(self.fault, {})  # fmt: skip
        body = json.dumps(answer).encode()
        self.send_response(int(self.fault.removeprefix("status")) if self.fault.startswith("status") else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if self.sign and self.fault != "unsigned":
            self.send_header("X-JWS-Signature", self.sign(body + b" " if self.fault == "forged" else body))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if self.fault == "truncated" else body)

    def log_message(self, *_arguments: object) -> None:
        """Stay quiet."""


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8200)
    parser.add_argument("--break", dest="fault", choices=FAULTS, default="")
    parser.add_argument("--keys", type=Path, help="what /.well-known/xinqiao-keys of the gateway says")
    parser.add_argument("--sign", type=Path, help="a private key (JWK) that answers are signed with")
    parser.add_argument("--issuer", default="http://127.0.0.1:8000", help="the gateway's address")
    parser.add_argument("--name", default="five-force", help="the name the gateway knows this provider by")
    arguments = parser.parse_args()
    Handler.fault = arguments.fault
    if arguments.keys:
        from xinqiao_client import Permits

        Handler.permits = Permits(arguments.issuer, arguments.name, json.loads(arguments.keys.read_text()))
    if arguments.sign:
        from xinqiao_client import load_key, sign_answer

        Handler.sign = staticmethod(partial(sign_answer, load_key(arguments.sign)))
    try:
        ThreadingHTTPServer(("127.0.0.1", arguments.port), Handler).serve_forever()
    except (OSError, OverflowError) as fault:
        sys.exit(f"失败 failed: {fault}")
    except KeyboardInterrupt:
        pass
