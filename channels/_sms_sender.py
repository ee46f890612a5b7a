"""Who sent an SMS: a telephone number in E.164, or a machine that only has a name or a short code."""

from channels._reach import phone
from channels._text import one_line
from channels.base import Unreadable
from channels.message import Address

#: Short codes (112, 1708, 35555) have no more digits than this; nobody answers there.
_SHORT = 6


def sender_of(written: str, channel: str) -> tuple[Address, str]:
    """The address, and why it is a machine's ("" = a person's); raises `Unreadable` without a sender.

    Gateways leave out the plus: 62812… is read as +62812….
    """
    bare = one_line(written, 60)
    if not bare:
        raise Unreadable("SMS tanpa nomor pengirim.")
    digits = bare.lstrip("+")
    number = ""
    if sum(letter.isdigit() for letter in digits) > _SHORT:
        number = phone(f"+{digits}" if digits.startswith("62") else bare)
    if number:
        return Address(channel=channel, value=number), ""
    return Address(channel=channel, value=bare), "pengirimnya bukan nomor telepon (iklan, kode singkat)"
