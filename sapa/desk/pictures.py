"""Files of a message: kept sealed as they came, and a clean copy of pictures for eyes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from channels.base import Traits
from channels.message import Attachment
from sapa.desk.decoding import BadPicture, Decoder
from sapa.desk.kinds import PICTURES, UNKNOWN, kind_of
from sapa.desk.names import safe_name
from store import arrivals, messages
from store.db import Tx
from store.files import Files
from store.ids import uuid7
from store.tables import AttachmentRow

#: Files over the limit of a message that are named one by one; what is beyond them is counted.
NAMED = 20
UNKNOWN_KIND = "Jenis berkas ini tidak dikenali, jadi tidak ditampilkan; aslinya tersimpan."
OVER = "Melebihi {} berkas dalam satu pesan, jadi tidak disimpan tersendiri; masih ada dalam kiriman asli."
NO_PICTURE = "Berkas ini bukan gambar yang dikenali."
_MB = 1024 * 1024
#: One for the whole process: whoever needs a picture opened shares its few helpers.
DECODER = Decoder()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A file in the store: `blob` the sealed original, `served` the copy without metadata.

    `state` is kept, or unscanned while its scan is waited for, or refused with the reason (the original is
    kept all the same), or remote when the provider still has it. `gps` is (lat, lon) the picture itself
    told, `taken` when, `phash` how it looks (see `decoding.Clean`).
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
    taken: str = ""
    phash: str = ""

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
            "taken": self.taken,
            "phash": self.phash,
        }


def keep_all(
    attachments: Sequence[Attachment], files: Files, traits: Traits, *, scans: bool = False
) -> tuple[KeptFile, ...]:
    """Keep the files of one message, as many as its channel may bring; the rest is named, and refused.

    What is refused so is still in the payload as it came, or with the provider. Raises OSError.
    """
    kept = [keep(one, files, most=traits.file_mb * _MB, scans=scans) for one in attachments[: traits.files]]
    rest = attachments[traits.files :]
    why = OVER.format(traits.files)
    for one in rest[:NAMED]:
        over = _still_there(one) if one.remote and not one.content else _named(one)
        kept.append(replace(over, state="refused", reason=why))
    if len(rest) > NAMED:
        more = KeptFile(name=f"{len(rest) - NAMED} berkas lain", media_type=UNKNOWN, size=0, state="refused")
        kept.append(replace(more, reason=why))
    return tuple(kept)


def keep(attachment: Attachment, files: Files, *, most: int = 200 * _MB, scans: bool = False) -> KeptFile:
    """Keep one file durably; raises OSError when the disk does not take it.

    One of more than `most` bytes, or of a kind not on our list, is kept and not shown. `scans`: nothing is
    shown before it was scanned.
    """
    if attachment.remote and not attachment.content:
        return _still_there(attachment)
    content = attachment.content
    stored, kind = files.put(content), kind_of(content)
    file = replace(_named(attachment, kind), size=stored.size, blob=stored.digest)
    if stored.size > most:
        file = replace(file, reason=f"Berkas lebih besar dari {most // _MB} MB, jadi tidak ditampilkan.")
    elif kind in PICTURES:
        file = _seen(file, content, files)
    elif kind == UNKNOWN:
        claimed_picture = attachment.media_type.startswith("image/")
        file = replace(file, reason=NO_PICTURE if claimed_picture else UNKNOWN_KIND)
    return replace(file, state="unscanned" if scans else "refused" if file.reason else "kept")


def _named(attachment: Attachment, kind: str = UNKNOWN) -> KeptFile:
    return KeptFile(name=safe_name(attachment.name, kind), media_type=kind, size=0, state="kept")


def _still_there(attachment: Attachment) -> KeptFile:
    """A file that its provider has: its kind is what was said of it."""
    named = replace(_named(attachment), media_type=attachment.media_type)
    return replace(named, state="remote", remote=attachment.remote)


def _seen(file: KeptFile, content: bytes, files: Files) -> KeptFile:
    """A picture with its clean copy, or with the reason why there is none."""
    try:
        clean = DECODER.clean(content, file.media_type)
    except BadPicture as error:
        return replace(file, reason=str(error))
    served = files.put(clean.content)
    return replace(
        file,
        served=served.digest,
        served_size=served.size,
        gps=clean.gps,
        taken=clean.taken,
        phash=clean.phash,
    )


def visible(file: AttachmentRow) -> bool:
    """Whether people may be shown its clean copy."""
    return file.state == "kept" and file.served is not None


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
