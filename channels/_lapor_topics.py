"""The categories of SP4N-LAPOR! by their names, and how an export's cell is read as one of them.

The list is SP4N's own tree of topics (two levels, 38 and their parts); it is data, beside this file.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from channels._lapor_columns import plain
from channels._text import one_line

_DATA = Path(__file__).parent / "data" / "sp4n_taxonomy.json"
_APART = re.compile(r"\s*(?:[>»|;\n]|\s[-–—/]\s|→)\s*")


@cache
def _names() -> Mapping[str, str]:
    tree = json.loads(_DATA.read_text(encoding="utf-8"))
    parts = {plain(name): name for names in tree.values() for name in names}
    return parts | {plain(name): name for name in tree}


def topic(written: str) -> str:
    """The category's name as LAPOR! writes it, the narrower of a path ("KESEHATAN > BPJS").

    What LAPOR! does not know stays as it was written, in capitals; "" for nothing.
    """
    whole = one_line(written, 200)
    if not whole:
        return ""
    known = _names()
    pieces = [whole, *reversed([piece for piece in _APART.split(written[:400]) if piece.strip()])]
    return next((known[plain(one)] for one in pieces if plain(one) in known), whole.upper()[:120])
