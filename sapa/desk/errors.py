"""What can be wrong with an act; each message is for the person who tried it."""


class ActError(Exception):
    """An act that was not done; nothing of it is kept."""


class NotFound(ActError):
    """There is no such ticket, message, event, officer or link."""

    def __init__(self, what: str = "Laporan tidak ditemukan.") -> None:
        super().__init__(what)


class Forbidden(ActError):
    """This person may not do this here."""

    def __init__(self, what: str = "Anda tidak berwenang melakukan tindakan ini.") -> None:
        super().__init__(what)


class Invalid(ActError):
    """What was given cannot be used; the message says what to change."""


class Conflict(ActError):
    """Somebody else changed the ticket first; `version` is the current one."""

    def __init__(self, version: int) -> None:
        super().__init__("Laporan ini baru saja berubah. Muat ulang halaman, lalu coba lagi.")
        self.version = version


class NotAllowed(ActError):
    """The ticket's status does not allow this act."""

    def __init__(self, act: str, status: str) -> None:
        super().__init__("Tindakan ini tidak dapat dilakukan pada status laporan sekarang.")
        self.act = act
        self.status = status
