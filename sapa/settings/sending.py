"""How a gateway is told to send an SMS."""

import re
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, StringConstraints, ValidationInfo

from sapa.settings.kinds import Part, Secret, Url, default, secret_named

_Name = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Za-z0-9_.\[\]-]{1,80}$")]
_Word = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=80)]


def _value(value: object, info: ValidationInfo) -> Secret:
    """A fixed text, or env:NAME; both as a `Secret`, so that neither is ever shown."""
    if isinstance(value, str) and value.startswith("env:"):
        return secret_named(value, info)
    if not isinstance(value, str) or len(value) > 500 or re.search(r"[\r\n\x00]", value):
        raise ValueError("harus teks satu baris, atau env:NAMA_VARIABEL")
    return Secret("", value)


Value = Annotated[Secret, PlainValidator(_value)]
Values = Annotated[dict[_Name, Value], Field(max_length=20)]


class Outbound(Part):
    """The call that sends one SMS, and what its answer means."""

    url: Url
    method: Literal["POST", "PUT", "GET"] = "POST"
    body: Literal["form", "json"] = "form"
    to: _Name = "to"
    text: _Name = "text"
    number_format: Literal["e164", "digits", "local"] = "e164"
    extra: Values = default({})
    headers: Values = default({})
    id: _Name | None = None
    success: _Name | None = None
    success_words: tuple[_Word, ...] = ()
    never_words: tuple[_Word, ...] = ()

    def plain(self) -> dict[str, Any]:
        """As the door takes it: nothing that is None, secrets as their values."""
        chosen = {name: getattr(self, name) for name in type(self).model_fields}
        for name in ("extra", "headers"):
            chosen[name] = {key: one.value for key, one in chosen[name].items()}
        return {name: value for name, value in chosen.items() if value is not None}
