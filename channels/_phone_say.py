"""What a caller hears, as TwiML: a greeting, the tone, the number of their report.

Source: twilio.com/docs/voice/twiml (say, play, record, hangup).
"""

from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from channels.base import Answer

LANGUAGE = "id-ID"
_DIGITS = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
GREETING = (
    "Selamat datang di layanan pengaduan warga. Silakan sampaikan laporan Anda setelah nada:"
    " apa yang terjadi, dan di mana tempatnya. Pesan Anda direkam. Tekan pagar bila sudah selesai."
)
AGAIN = "Suara Anda belum terdengar. Silakan bicara setelah nada."
SILENT = "Suara Anda belum terdengar. Petugas akan menelepon Anda kembali. Terima kasih."
THANKS = "Terima kasih. Laporan Anda sudah kami terima."
LATER = "Nomor laporannya menyusul."
BY_SMS = "Nomor ini juga kami kirim lewat S M S."


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What is said and for how long somebody may speak; `greeting_audio`: a recorded file (https) instead.

    `seconds` of speech at most, `silence` seconds of it end the recording. `voice`: one of Twilio's.
    """

    greeting: str = GREETING
    greeting_audio: str = ""
    voice: str = ""
    seconds: int = 180
    silence: int = 5
    texted: bool = False


def welcome(script: Script, action: str) -> Answer:
    """The greeting, and the tone twice: not everybody speaks the first time. `action`: where it is told."""
    hello = _play(script.greeting_audio) if script.greeting_audio else _say(script, script.greeting)
    record = _record(script, action)
    parts = (hello, record, _say(script, AGAIN), record, _say(script, SILENT), "<Hangup/>")
    return _response(*parts)


def goodbye(script: Script, ref: str) -> Answer:
    """Thanks, and the number of the report, twice; "" when nobody knows it yet."""
    if not ref:
        return _response(_say(script, f"{THANKS} {LATER}"), "<Hangup/>")
    number = f"Nomor laporan Anda: {spoken(ref)}."
    texted = BY_SMS if script.texted else ""
    words = f"{THANKS} {number} Sekali lagi, {number[:1].lower()}{number[1:]} {texted} Terima kasih."
    return _response(_say(script, " ".join(words.split())), "<Hangup/>")


def nothing() -> Answer:
    """For what is not asked what comes next."""
    return _response()


def spoken(ref: str) -> str:
    """A number as it is read out: `SMP-2611-0042` → "S, M, P; dua, enam, satu, satu; nol, …"."""
    groups = ref.split("-")
    return "; ".join(
        ", ".join(_DIGITS[int(c)] if c in "0123456789" else c for c in group) for group in groups
    )


def _say(script: Script, words: str) -> str:
    voice = f" voice={quoteattr(script.voice)}" if script.voice else ""
    return f'<Say language="{LANGUAGE}"{voice}>{escape(words)}</Say>'


def _play(url: str) -> str:
    return f"<Play>{escape(url)}</Play>"


def _record(script: Script, action: str) -> str:
    return (
        f'<Record action={quoteattr(action)} method="POST" maxLength="{script.seconds}"'
        f' timeout="{script.silence}" finishOnKey="#" playBeep="true"/>'
    )


def _response(*parts: str) -> Answer:
    body = f'<?xml version="1.0" encoding="UTF-8"?><Response>{"".join(parts)}</Response>'
    return Answer("text/xml", body.encode())
