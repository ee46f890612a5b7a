"""Written e-mail addresses and telephone numbers in the one form everybody keeps them in."""

import re

import phonenumbers

_LOCAL = r"[^\s@<>()\[\]\\,;:\"]{1,64}"
_LABEL = r"[^\s@<>()\[\]\\,;:\".]{1,63}"
_MAILBOX = re.compile(rf"{_LOCAL}@(?:{_LABEL}\.)+{_LABEL}")
_LOCAL_TOO = re.compile(rf"{_LOCAL}@(?:{_LABEL}\.)*{_LABEL}")
_MOBILE = re.compile(r"(?:\+?62|0)(8[1-9]\d{7,10})")
_BETWEEN = str.maketrans("", "", " -.()\t\u00a0")


def mailbox(written: str, *, local: bool = False) -> str:
    """The e-mail address in lower case, or "" when it is none; `local` allows name@host without a dot."""
    bare = written.strip()
    if len(bare) > 254 or not bare.isprintable():
        return ""
    return bare.lower() if (_LOCAL_TOO if local else _MAILBOX).fullmatch(bare) else ""


def phone(written: str) -> str:
    """The number in E.164, read as an Indonesian one unless it names its country; "" when it is none."""
    if len(written) > 40:
        return ""
    mobile = _MOBILE.fullmatch(written.translate(_BETWEEN))
    if mobile and mobile[1].isascii():
        return "+62" + mobile[1]
    try:
        number = phonenumbers.parse(written, "ID")
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
