"""QR codes for pages."""

import segno
from markupsafe import Markup


def picture(content: str) -> Markup:
    """The QR code as SVG without style or script, as large as its page's style makes it."""
    svg = segno.make(content, error="m").svg_inline(
        border=4, light="#fff", svgclass=None, lineclass=None, omitsize=True
    )
    return Markup(svg)  # noqa: S704 (made of squares alone)
