"""The picture a phone takes the secret from (ISO/IEC 18004), drawn here: no secret leaves for a drawing service."""

import segno


def draw_qr(content: str) -> str:
    """Return an SVG to stand in a page: shapes alone, no style and no script."""
    return segno.make_qr(content).svg_inline(scale=4, border=4)
