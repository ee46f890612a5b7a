"""Files of a message: kept sealed as they came, and a clean copy of pictures for eyes."""

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import filetype
from PIL import Image, ImageOps

from channels.message import Attachment
from store import arrivals, messages
from store.db import Tx
from store.files import Files
from store.ids import uuid7

#: Larger pictures are refused before they are decoded (a bomb of 1 MB can hold gigabytes).
MOST_PIXELS = 60_000_000
LONGEST_SIDE = 1600
_PICTURES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF"}
_GPS = 0x8825


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A file in the store: `blob` the sealed original, `served` the copy without metadata.

    `state` is kept, or refused with the reason (the original is kept all the same), or remote
    when the provider still has it. `gps` is (lat, lon) the picture itself told.
    """

    name: str
    media_type: str
    size: int
    state: str
    reason: str = ""
    blob: str | None = None
    served: str | None = None
    served_size: int = 0
    remote: str = ""
    gps: tuple[float, float] | None = None

    @property
    def blobs(self) -> list[tuple[str, int]]:
        """(digest, size) of what lies in the store."""
        both = ((self.blob, self.size), (self.served, self.served_size))
        return [(digest, size) for digest, size in both if digest is not None]

    @property
    def columns(self) -> dict[str, Any]:
        """What an attachment's row says of the file itself."""
        lat, lon = self.gps or (None, None)
        return {
            "media_type": self.media_type,
            "size": self.size,
            "state": self.state,
            "reason": self.reason,
            "blob": self.blob,
            "served": self.served,
            "lat": lat,
            "lon": lon,
        }


def keep(attachment: Attachment, files: Files) -> KeptFile:
    """Keep one file durably; raises OSError when the disk does not take it."""
    if attachment.remote and not attachment.content:
        return KeptFile(
            name=attachment.name,
            media_type=attachment.media_type,
            size=0,
            state="remote",
            remote=attachment.remote,
        )
    stored = files.put(attachment.content)
    kind = filetype.guess_mime(attachment.content[:512]) or "application/octet-stream"
    claimed_picture = attachment.media_type.startswith("image/")
    served, reason, gps = None, "", None
    if kind in _PICTURES:
        try:
            content, gps = _clean(attachment.content, kind)
            served = files.put(content)
        except _BadPicture as error:
            reason = str(error)
    elif claimed_picture:
        reason = "Berkas ini bukan gambar yang dikenali."
    return KeptFile(
        name=attachment.name,
        media_type=kind,
        size=stored.size,
        state="refused" if reason else "kept",
        reason=reason,
        blob=stored.digest,
        served=served.digest if served else None,
        served_size=served.size if served else 0,
        gps=gps,
    )


class _BadPicture(Exception):
    """Why a picture is not shown, in words for people."""


def _clean(content: bytes, kind: str) -> tuple[bytes, tuple[float, float] | None]:
    """The picture upright, small enough and without metadata, and where it says it was taken."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # our own limit below is lower than Pillow's
            image = Image.open(io.BytesIO(content), formats=[_PICTURES[kind]])
            if image.width * image.height > MOST_PIXELS:
                raise _BadPicture("Gambar terlalu besar untuk dibuka.")
            gps = _gps(image)
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            clean = io.BytesIO()
            if upright.mode in ("RGBA", "LA", "P", "PA"):
                upright.convert("RGBA").save(clean, "PNG")
            else:
                upright.convert("RGB").save(clean, "JPEG", quality=85)
    except _BadPicture:
        raise
    except Image.DecompressionBombError as error:
        raise _BadPicture("Gambar terlalu besar untuk dibuka.") from error
    except Exception as error:  # a decoder may raise anything at all on a broken file
        raise _BadPicture("Berkas gambar rusak dan tidak dapat dibuka.") from error
    return clean.getvalue(), gps


def _gps(image: Image.Image) -> tuple[float, float] | None:
    """(lat, lon) in degrees from EXIF, or None where it is missing or nonsense."""
    try:
        tags = image.getexif().get_ifd(_GPS)
        lat = _degrees(tags[2]) * (-1 if str(tags[1]).upper().startswith("S") else 1)
        lon = _degrees(tags[4]) * (-1 if str(tags[3]).upper().startswith("W") else 1)
    except Exception:  # EXIF is written by thousands of cameras: whatever is wrong, there is no place
        return None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180) or (lat == 0 and lon == 0):
        return None
    return lat, lon


def _degrees(parts: tuple[float, float, float]) -> float:
    return float(parts[0]) + float(parts[1]) / 60 + float(parts[2]) / 3600


def attach(tx: Tx, message_id: int, files: Sequence[KeptFile], now: datetime) -> None:
    """The files of a message as they were kept; those still with the provider are fetched later."""
    for file in files:
        for digest, size in file.blobs:
            arrivals.add_blob(tx, digest, size, now)
        messages.add_attachment(
            tx,
            message_id,
            uuid7(now),
            name=file.name,
            remote=file.remote,
            asked_at=now if file.state == "remote" else None,
            **file.columns,
        )
