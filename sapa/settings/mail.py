"""The e-mail door: where it listens, for whom, and what it believes of senders."""

from ipaddress import ip_network
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StrictInt, StringConstraints, model_validator

from sapa.settings.channel import Channel
from sapa.settings.kinds import Day, DeskAddress, Flag, Folder, Host, Part, Port, SecretName, Text, default


def _network(value: str) -> str:
    try:
        return str(ip_network(value, strict=False))
    except ValueError:
        raise ValueError("harus alamat IP atau jaringan, misalnya 10.0.0.5 atau 10.0.0.0/24") from None


Network = Annotated[str, StringConstraints(strict=True), AfterValidator(_network)]
#: The name a server signs its Authentication-Results with, usually its own.
ServerName = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Za-z0-9._-]{1,255}$")]


class Certificate(Part):
    """The certificate for STARTTLS: PEM files, in the configuration's folder unless absolute."""

    certificate: Folder
    key: Folder
    required: Flag = False


class Login(Part):
    """Who hands mail over must log in so."""

    user: Text
    password: SecretName


class Listen(Part):
    """Where the SMTP door listens; port 0 takes a free one."""

    host: Host = "127.0.0.1"
    port: Port = 2525
    protocol: Literal["smtp", "lmtp"] = "smtp"
    tls: Certificate | None = None
    login: Login | None = None
    proxies: tuple[Network, ...] = ()
    max_connections: Annotated[StrictInt, Field(ge=2, le=5_000)] = 200
    max_per_client: Annotated[StrictInt, Field(ge=1, le=5_000)] = 100

    @model_validator(mode="after")
    def _login_only_by_tls(self) -> "Listen":
        if self.login is not None and self.tls is None:
            raise ValueError("login hanya boleh lewat TLS; isi juga tls: {certificate: …, key: …}")
        return self


class Relay(Part):
    """The mail server that takes our outgoing mail; no host: mail is put into a folder in `var`.

    `tls`: "starttls" (port 587), "tls" from the first byte (port 465), "no" only inside one network.
    """

    host: Host | None = None
    port: Annotated[StrictInt, Field(ge=1, le=65535)] = 587
    tls: Literal["no", "starttls", "tls"] = "starttls"
    user: Text | None = None
    password: SecretName | None = None


class Imap(Part):
    """A mailbox of the city's elsewhere that is fetched from; `since`: older mail is left alone.

    `after`: a mail that is kept stays as it is, is marked as seen, or moved to `folder_after`.
    """

    host: Host
    port: Annotated[StrictInt, Field(ge=1, le=65535)] = 993
    tls: Literal["tls", "starttls", "no"] = "tls"
    user: Text
    password: SecretName
    folder: Text = "INBOX"
    since: Day
    after: Literal["keep", "seen", "move"] = "seen"
    folder_after: Text | None = None


class Proof(Part):
    """Whose word on a sender is believed: servers in front of us, and (`verify`) our own look."""

    trusted: tuple[ServerName, ...] = ()
    verify: Flag = False


class Mail(Channel):
    """The e-mail door: `address` is the desk's, `aliases` are taken for it, answers go out by `relay`."""

    address: DeskAddress
    aliases: tuple[DeskAddress, ...] = ()
    listen: Listen = default({})
    max_mb: Annotated[StrictInt, Field(ge=1, le=100)] = 25
    max_recipients: Annotated[StrictInt, Field(ge=1, le=1_000)] = 20
    proof: Proof = default({})
    relay: Relay = default({})
    imap: Imap | None = None
