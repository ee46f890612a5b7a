"""The words and the files of a mail: of all its parts, of mails in it, of what Outlook packed."""

import re
from dataclasses import dataclass, field, replace

from channels import _email_calendar, _email_inline, _email_tnef
from channels._email_decode import words
from channels._email_html import MAX_HTML, to_text
from channels._email_mime import MAX_DEPTH, Budget, Part, children, inside
from channels._email_quote import bare, own_words
from channels._text import clean, cut, file_name, one_line
from channels.message import Attachment

MAX_TEXT = 100 * 1024
_ENDINGS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "text/plain": ".txt",
    "text/html": ".html",
    "text/calendar": ".ics",
    "application/pdf": ".pdf",
    "application/ics": ".ics",
    "message/rfc822": ".eml",
    "application/pgp-signature": ".asc",
    "application/pkcs7-signature": ".p7s",
    "application/x-pkcs7-signature": ".p7s",
    "application/pkcs7-mime": ".p7m",
    "application/x-pkcs7-mime": ".p7m",
}
CUT = "(Surat ini terlalu panjang; sebagian teksnya tidak ditampilkan. Naskah aslinya tersimpan.)"
LEFT_OUT = "(Sebagian isi surat ini tidak dibaca karena susunannya tidak wajar. Naskah aslinya tersimpan.)"
ORNAMENTS = (
    "(Gambar kecil di dalam surat, misalnya logo tanda tangan, tidak dilampirkan. Naskah aslinya tersimpan.)"
)
ENCRYPTED = (
    "(Isi surat ini terenkripsi dan tidak dapat dibaca di sini. Berkasnya tersimpan sebagaimana diterima.)"
)
SEALED = (
    "(Surat ini dibungkus tanda tangan S/MIME dan tidak dapat dibaca di sini. "
    "Berkasnya tersimpan sebagaimana diterima.)"
)
UNPACKED_PARTLY = "(Berkas winmail.dat dari Outlook tidak dapat dibaca seluruhnya; berkas itu dilampirkan.)"
FORWARDED = "--- Surat di dalam surat ini ---"
_MAILS = frozenset({"message/rfc822", "message/global"})
_CALENDARS = frozenset({"text/calendar", "application/ics"})
_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_CMS = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_PGP = "-----BEGIN PGP MESSAGE-----"
_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_SIGNATURE = "-----BEGIN PGP SIGNATURE-----"
#: A plain version with at most this many letters may only say "look at the HTML" …
_STUB = 200
#: … when the HTML has so many times more of them.
_RICHER = 4


@dataclass(slots=True)
class Content:
    """What is found part by part: `texts` are the mail's own, `other` those of mails and files in it."""

    reply: bool
    texts: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)
    packed: list[str] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)

    def walk(self, mail: Part) -> None:
        """Take in a part and what is below it."""
        if mail.kind.startswith("multipart/"):
            self._multipart(mail)
        elif mail.kind in _TNEF or (mail.kind == "application/octet-stream" and _is_winmail(mail)):
            self._unpack(mail)
        elif mail.kind in _MAILS and mail.depth < MAX_DEPTH:
            self._mail(mail)
        elif mail.kind in _CALENDARS:
            self.other.append(_email_calendar.to_text(mail.text))
            self._file(mail)
        elif mail.kind in _CMS:
            sealed = mail.headers.param("content-type", "smime-type").lower() == "signed-data"
            self.notes[SEALED if sealed else ENCRYPTED] = None
            self._file(mail)
        elif mail.kind in ("text/plain", "text/html") and not _is_file(mail):
            self.texts.append(self._words(mail))
        else:
            self._file(mail)

    def _multipart(self, mail: Part) -> None:
        if mail.kind == "multipart/encrypted":
            self.notes[ENCRYPTED] = None
        if mail.kind == "multipart/alternative":
            self._alternative(mail)
        elif mail.kind == "multipart/report":
            self._report(mail)
        else:
            self._mixed(mail)

    def _mixed(self, mail: Part) -> None:
        """One part after the other; a multipart without any is read as plain words."""
        below = None
        for below in children(mail, self.budget):
            self.walk(below)
        if below is None and mail.depth < MAX_DEPTH:
            self.texts.append(mail.text)

    def _report(self, mail: Part) -> None:
        """A machine's: what it returns stays a file."""
        for below in children(mail, self.budget):
            self._file(below) if below.kind in _MAILS else self.walk(below)

    def _alternative(self, mail: Part) -> None:
        """The same words several times: the plain ones, unless they only point to the others."""
        versions: dict[str, str] = {}
        for below in children(mail, self.budget):
            inner = replace(self, texts=[])
            inner.walk(below)
            text = "\n\n".join(filter(None, inner.texts))
            if text.strip():
                versions.setdefault("text/plain" if below.kind == "text/plain" else "", text)
        plain, rich = versions.get("text/plain", ""), versions.get("", "")
        stub = len(plain) <= _STUB and len(rich) > _RICHER * max(len(plain), 50)
        if versions:
            self.texts.append(rich if stub or not plain else plain)

    def _words(self, mail: Part) -> str:
        text = mail.text
        if mail.kind == "text/html":
            self.budget.spent = self.budget.spent or len(text) > MAX_HTML
            return to_text(text, marks=True)
        if _PGP in text:
            self.notes[ENCRYPTED] = None
        return _unsigned(text) if text.lstrip().startswith(_SIGNED) else text

    def _mail(self, mail: Part) -> None:
        """A mail in this mail: who wrote it when, and its words, apart from this mail's own."""
        within = inside(mail)
        inner = Content(reply=False, files=self.files, notes=self.notes, budget=self.budget)
        inner.walk(within)
        labels = (("Dari", "from"), ("Tanggal", "date"), ("Kepada", "to"), ("Perihal", "subject"))
        told = ((label, one_line(words(within.headers.get(name)), 300)) for label, name in labels)
        head = [f"{label}: {value}" for label, value in told if value]
        self.other.append("\n".join([FORWARDED, *head, "", inner.all_words()]))

    def _unpack(self, mail: Part) -> None:
        found = _email_tnef.read(mail.body)
        if found is None or not found.whole or not (found.text.strip() or found.files):
            self.notes[UNPACKED_PARTLY] = None
            self._file(mail)
        if found is None:
            return
        if found.text.strip():
            self.packed.append(found.text)
        for one in found.files:
            if self.budget.parts <= 0:
                self.budget.spent = True
                break
            self.budget.parts -= 1
            name = file_name(one.name, "lampiran" + _ENDINGS.get(one.kind, ""))
            kind = one.kind or "application/octet-stream"
            self.files.append(Attachment(name=name, media_type=kind, content=one.content))

    def _file(self, mail: Part) -> None:
        content = mail.body
        if mail.kind.startswith("image/") and mail.depth and _is_inline(mail):
            if _email_inline.is_dot(content):
                return
            if _email_inline.is_ornament(content):
                self.notes[ORNAMENTS] = None
                return
        name = file_name(mail.file_name, "lampiran" + _ENDINGS.get(mail.kind, ""))
        self.files.append(Attachment(name=name, media_type=mail.kind, content=content))

    def all_words(self) -> str:
        """All words, whole. What Outlook packed counts where the mail has no words of its own."""
        own = [bare(one).strip() for one in self.texts if one.strip()]
        return "\n\n".join(filter(None, [*(own or self.packed), *self.other]))

    def shown(self, headers_cut: bool) -> tuple[str, str]:
        """The text for people: clean, the sender's own words, bounded, with honest notes; and all of it.

        The second is "" where nothing was left away.
        """
        text = "\n\n".join(filter(None, (one.strip() for one in self.texts))) or "\n\n".join(self.packed)
        notes = [*self.notes, *([LEFT_OUT] if self.budget.spent or headers_cut else [])]
        short = cut(text, MAX_TEXT)
        rest = "\n\n".join(filter(None, self.other))
        below = cut(rest, max(0, MAX_TEXT - len(short.encode("utf-8", "replace")))) if rest else ""
        if len(short) < len(text) or len(below) < len(rest):
            notes.append(CUT)
        short, below = clean(short), clean(below).strip()
        own, whole = own_words(short, reply=self.reply), bare(short, quote="> ").strip()
        complete = own in (whole, bare(short).strip())
        shown = "\n\n".join(filter(None, [own, below, *notes])).strip()
        return shown, "" if complete else "\n\n".join(filter(None, [whole, below]))


def _is_file(mail: Part) -> bool:
    if mail.headers.main("content-disposition") == "attachment":
        return True
    return mail.depth > 0 and bool(mail.file_name)


def _is_inline(mail: Part) -> bool:
    """Whether it stands in the words: what was attached is never taken for a logo."""
    if mail.headers.main("content-disposition") == "attachment":
        return False
    return bool(mail.headers.get("content-id")) or mail.headers.main("content-disposition") == "inline"


def _is_winmail(mail: Part) -> bool:
    return mail.file_name.lower() == "winmail.dat"


def _unsigned(text: str) -> str:
    """The words of a PGP-signed text without its frame."""
    body = re.split(r"\r?\n[ \t]*\r?\n", text.lstrip(), maxsplit=1)[-1]
    body = body.partition(_SIGNATURE)[0]
    return re.sub(r"^- (?=-)", "", body, flags=re.MULTILINE)
