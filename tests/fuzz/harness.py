"""Coverage-guided fuzzing of the decoders: `python tests/fuzz/harness.py -runs=100000 [corpus]`; needs atheris.

Whatever comes out that is neither rows nor MalformedError is a finding; atheris writes the bytes beside it.
"""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["connectors"]):
    from connectors.decoding.decode import decode
    from connectors.errors import MalformedError

TARGET = Path(tempfile.mkdtemp()) / "delivery"
# A workbook is read in a process of its own: another one for each input would find little in a day.
ELSEWHERE = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def read(content: bytes) -> None:
    """Read one input to its end."""
    if content.startswith(ELSEWHERE):
        return
    TARGET.write_bytes(content)
    try:
        for _, cells in decode(TARGET).rows:
            for cell in cells:
                cell.encode()
    except MalformedError:
        return


if __name__ == "__main__":
    atheris.Setup(sys.argv, read)
    atheris.Fuzz()
