"""Commands that must work where neither a database nor a web server is installed: what they load is looked at."""

import json
import subprocess
import sys

NEEDLESS = ["fastapi", "starlette", "uvicorn", "sqlalchemy", "sqlmodel", "psycopg", "httpx"]
_RUN = """
import json, sys
from gateway.__main__ import app
try:
    app(json.loads(sys.argv[1]))
except SystemExit as end:
    if end.code:
        raise
loaded = [name for name in json.loads(sys.argv[2]) if name in sys.modules]
print(json.dumps(loaded), file=sys.stderr)
"""


def loaded_by(arguments):
    """Run a command in a process of its own; return which of NEEDLESS it has loaded when it is done."""
    command = [sys.executable, "-c", _RUN, json.dumps(arguments), json.dumps(NEEDLESS)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stderr.splitlines()[-1])
