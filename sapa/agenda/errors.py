"""What can be wrong with a change of an agenda; each message is for the person who tried it."""

from sapa.desk.errors import Conflict, NotAllowed


class AgendaChanged(Conflict):
    """Somebody else changed the agenda first; `version` is the current one."""

    def __init__(self, version: int) -> None:
        super().__init__(version)
        self.args = ("Agenda ini baru saja berubah. Muat ulang halaman, lalu coba lagi.",)


class AgendaClosed(NotAllowed):
    """A published or visited agenda stays as it is."""

    def __init__(self, state: str) -> None:
        super().__init__("change", state)
        self.args = ("Agenda yang sudah diterbitkan tidak dapat diubah lagi.",)
