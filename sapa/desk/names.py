"""Names of files, as a sender wrote them and as a disk or a header may carry them."""

import re
import unicodedata
from pathlib import PurePosixPath

from sapa.desk.kinds import ENDINGS

#: Characters of a name; more says nothing, and disks end at 255 bytes.
LONGEST = 80
#: What Windows keeps for itself.
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.ASCII | re.IGNORECASE)
_FORBIDDEN = re.compile(r'[<>:"|?*%;]')
#: Unicode's control, format (also those that turn the direction of writing), surrogate and private ones.
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def safe_name(name: str, kind: str = "") -> str:
    """A name without folders, control characters or tricks; with the ending of `kind`, if that is known.

    "" becomes "berkas".
    """
    whole = unicodedata.normalize("NFC", name[:1000]).replace("\\", "/").rpartition("/")[2]
    seen = "".join(one for one in whole if unicodedata.category(one) not in _UNSEEN)
    plain = " ".join(_FORBIDDEN.sub("_", seen).split()).strip(". ")
    ending = ENDINGS.get(kind, "")
    path = PurePosixPath(plain or "berkas")
    if ending and path.suffix.lower() not in _alike(ending):
        path = PurePosixPath(path.name + ending)
    stem, suffix = path.name.removesuffix(path.suffix), path.suffix[:12]
    short = stem[: LONGEST - len(suffix)].rstrip(". ") + suffix
    return f"_{short}" if _RESERVED.fullmatch(short) else short


def _alike(ending: str) -> tuple[str, ...]:
    """Endings that say the same."""
    more = {".jpg": (".jpeg", ".jfif"), ".ogg": (".oga", ".opus"), ".heic": (".heif",), ".mp4": (".m4v",)}
    more |= {".txt": (".csv", ".log", ".eml", ".md", ".asc"), ".amr": (".awb",), ".3gp": (".3gpp", ".3g2")}
    return (ending, *more.get(ending, ()))
