"""The picture a phone takes the secret from (ISO/IEC 18004), drawn here: no secret leaves for a drawing service."""

from io import BytesIO

import segno


def draw_qr(content: str) -> str:
    """Return an SVG to stand in a page: shapes alone, no style and no script."""
    return segno.make_qr(content).svg_inline(scale=4, border=4)


def draw_qr_file(content: str) -> bytes:
    """Return an SVG to stand by itself, as a file."""
    drawn = BytesIO()
    segno.make_qr(content).save(drawn, kind="svg", scale=8, border=4, xmldecl=True, svgns=True)
    return drawn.getvalue()
