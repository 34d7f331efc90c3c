"""What a private cross-check costs: 4,616 of ours against 3,000 of theirs, each step in a process of its own.

    python benchmarks/crosscheck.py [.venv-private/bin/python]

Prints CPU seconds of each step (children's, by the kernel) and the sizes of messages as bytes, for either learner.
"""

import base64
import json
import resource
import subprocess
import sys
from pathlib import Path

OURS, THEIRS, COMMON = 4_616, 3_000, 223
ROOT = Path(__file__).parents[1]
JOB = ROOT / "risk_monitor/psi_job.py"


def main() -> None:
    """Run both ways round, and check that what is found is what both have."""
    python = sys.argv[1] if len(sys.argv) > 1 else str(ROOT / ".venv-private/bin/python")
    codes = [f"91330300MA{number:08d}" for number in range(OURS + THEIRS)]
    ours, theirs = codes[:OURS], codes[OURS - COMMON : OURS - COMMON + THEIRS]
    for learner, asker, answerer in (("gateway", ours, theirs), ("counterpart", theirs, ours)):
        print(f"{learner} learns: {len(asker):,} codes ask, {len(answerer):,} answer")
        setup = run(python, do="setup", codes=answerer, size=len(asker))
        request = run(python, do="request", codes=asker, size=len(answerer))
        answered = {"key": setup["key"], "codes": answerer, "request": request["message"], "size": len(asker)}
        response = run(python, do="answer", **answered)
        sent = {"setup": setup["message"], "response": response["message"]}
        found = run(python, do="learn", key=request["key"], codes=asker, size=len(answerer), **sent)["found"]
        assert found == sorted(set(ours) & set(theirs)), "what was found is not what both have"
        for name, step in (("setup", setup), ("request", request), ("response", response)):
            print(f"  {name}: {len(base64.b64decode(step['message'])):,} bytes")


def run(python: str, **ask: object) -> dict:
    """Do one step, and print its CPU seconds."""
    before = _cpu()
    done = subprocess.run([python, JOB], input=json.dumps(ask), capture_output=True, text=True, check=True)
    print(f"  {ask['do']}: {_cpu() - before:.2f} CPU s")
    return json.loads(done.stdout)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
