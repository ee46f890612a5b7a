"""Who gets what: for every route and every role the expected status.

A new route needs a row here, else `test_matrix.py` fails. Write `row(METHOD, PATH, ...)` with one
status for each of ROLES, in that order (or one for all). `data` and `query` are given the scene and
the role: two tickets, one at DISHUB (with a photo) and one at DLH, and somebody of every role.
The matrix asks for the ticket at DISHUB: `{ref}`, `{token}` (its action link), `{uuid}` (its photo).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from web_world import Desk

ROLES = (
    "anonymous",
    "citizen",  # holds the tracking link of the ticket asked for
    "foreign citizen",  # holds the tracking link of another ticket
    "opd",  # an officer of the OPD that has the ticket
    "foreign opd",  # an officer of another OPD
    "coordinator",
    "administrator",
    "head",  # of the OPD that has the ticket
    "clerk",
    "auditor",
    "viewer",
)


@dataclass(kw_only=True)
class Scene:
    """What a request is made of."""

    desk: Desk
    ref: str
    key: str  # the ticket's tracking token
    foreign_key: str
    link: str
    photo: str
    csrf: str = ""
    values: dict[str, str] = field(default_factory=dict)

    def k(self, role: str) -> dict[str, str]:
        """The tracking token a citizen would have in the address."""
        return {"citizen": {"k": self.key}, "foreign citizen": {"k": self.foreign_key}}.get(role, {})

    def version(self) -> str:
        return str(self.desk.ticket(self.ref).version)


Maker = Callable[[Scene, str], Mapping[str, str]]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One route and what each role gets. `arrange` brings the ticket into the state needed."""

    method: str
    path: str
    statuses: tuple[int, ...]
    data: Maker | None = None
    query: Maker | None = None
    json: Maker | None = None
    arrange: Callable[[Scene], None] | None = None


def row(method: str, path: str, *statuses: int, **more: object) -> Row:
    """A row; one status stands for all roles."""
    every = statuses * len(ROLES) if len(statuses) == 1 else statuses
    assert len(every) == len(ROLES), path
    return Row(method=method, path=path, statuses=every, **more)  # type: ignore[arg-type]


def own_link(scene: Scene, role: str) -> dict[str, str]:
    """The tracking token of a citizen role; others have none."""
    return scene.k(role)


def with_csrf(**fields: str) -> Maker:
    """A staff form: the session's token (none for visitors) and these fields."""
    return lambda scene, role: {"csrf": scene.csrf, **fields}


def waited_for(scene: Scene) -> None:
    """The photo of the ticket is still with its provider."""
    scene.values.update(act="ambil")
    scene.desk.away(scene.ref)


def resolved(scene: Scene) -> None:
    """The ticket is at "resolved": its reporter is asked."""
    from sapa.desk import acts
    from sapa.desk.actor import Actor

    scene.desk.do(acts.resolve, scene.ref, Actor(kind="opd", opd="DISHUB"), outcome="fixed", text="Beres.")


def citizen_act(scene: Scene, role: str) -> dict[str, str]:
    return {"version": scene.version(), "key": f"matrix-{role}", "text": "Masih padam."}


LOGIN = (303, 303, 303)

PUBLIC = [
    row("GET", "/", 200),
    row("POST", "/", 303, data=lambda scene, role: {"text": "Lampu jalan mati", "key": "matrix-0001"}),
    row("POST", "/api/v1/tickets", 201, json=lambda scene, role: {"text": "Lampu jalan mati"}),
    row("GET", "/lacak", 200),
    row("GET", "/l/{token}", 404),  # `{token}` is no tracking token here
    row("GET", "/lacak/{ref}", 200, query=own_link),  # who holds no token sees the status only
    row(
        *("POST", "/lacak/{ref}"),
        *(404, 303, *[404] * 9),
        query=own_link,
        data=lambda scene, role: {"text": "Tambahan", "key": "matrix-0002", "token": scene.key},
    ),
    row(
        *("POST", "/lacak/{ref}/selesai"),
        *(404, 303, *[404] * 9),
        query=own_link,
        data=citizen_act,
        arrange=resolved,
    ),
    row(
        *("POST", "/lacak/{ref}/belum"),
        *(404, 303, *[404] * 9),
        query=own_link,
        data=citizen_act,
        arrange=resolved,
    ),
    row("GET", "/aksi/{token}", 200),  # whoever holds the link
    row(
        *("POST", "/aksi/{token}"),
        200,
        data=lambda scene, role: {
            "act": "terima",
            "page": scene.desk.page_token(scene.link),
            "version": scene.version(),
            "key": f"matrix-{role}",
        },
    ),
    row("GET", "/hooks/{channel}", 405),  # to a door that is told by POST
    row("POST", "/hooks/{channel}", 403),  # without the provider's signature
    row("GET", "/berkas/{uuid}", 404, 200, 404, 200, 404, 200, 200, 200, 404, 200, 404, query=own_link),
    row("GET", "/berkas/{uuid}/putar", 404, query=own_link),  # a photo is not played
    row("GET", "/berkas/{uuid}/unduh", 404, query=own_link),  # nor saved without a reason
    row("GET", "/healthz", 200),
    row("GET", "/readyz", 200),
    row("GET", "/metrics", 200),
    row("GET", "/petugas/masuk", 200, 200, 200, *[303] * 8),
    row(
        *("POST", "/petugas/masuk"),
        401,
        data=lambda scene, role: {"login": "nobody", "password": "wrong"},
    ),
    row("POST", "/petugas/keluar", 303, data=with_csrf()),
    row("GET", "/petugas/sandi", *LOGIN, *[200] * 8),
    row(
        *("POST", "/petugas/sandi"),
        *(*LOGIN, *[422] * 8),
        data=with_csrf(old="wrong", new="angin-laut-selatan", again="angin-laut-selatan"),
    ),
]


def acting(act: str) -> Callable[[Scene], None]:
    """The act in the address."""
    return lambda scene: scene.values.update(act=act)


def with_version(**fields: str) -> Maker:
    """A staff form of an act on the ticket."""
    return lambda scene, role: {
        "csrf": scene.csrf,
        "version": scene.version(),
        "key": f"matrix-{role}",
        **fields,
    }


def parked(scene: Scene) -> None:
    """Something is parked."""
    scene.values["id"] = str(scene.desk.parked())


def dead(scene: Scene) -> None:
    """A notice of the ticket could not be sent."""
    scene.values["id"] = str(scene.desk.dead(scene.ref))


def down(scene: Scene) -> None:
    """The chat was declared down."""
    scene.values |= {"outage": str(scene.desk.down("fake"))}


def to_call(scene: Scene) -> None:
    """The reporter of the ticket has to be called."""
    scene.values |= {"id": str(scene.desk.to_call(scene.ref)), "result": "sudah"}


def somebody_else(scene: Scene) -> None:
    """There is another officer, whose access `change` ends."""
    scene.values |= {"id": str(scene.desk.add_officer("other", "opd", "DLH")), "change": "keluar"}


def linked_group(scene: Scene) -> None:
    """A group of the OPD that has the ticket is linked."""
    scene.values["id"] = str(scene.desk.linked_group("DISHUB"))


def planned(scene: Scene) -> None:
    """The week of the visit has its draft."""
    scene.values |= {"week": scene.desk.planned(), "change": "setujui"}


def exported(scene: Scene) -> None:
    """An export of LAPOR! was looked over."""
    scene.values |= {"id": str(scene.desk.lapor("Lampu jalan mati", "")), "change": "impor"}


def taking(scene: Scene) -> None:
    """The ticket is taken in hand."""
    scene.values["change"] = "ambil"


def no_streams(scene: Scene) -> None:
    """The process is stopping: a stream would not end by itself."""
    scene.desk.client.app.state.live.close()  # type: ignore[attr-defined]


BATCH = "0190b0a0-0000-7000-8000-000000000001"
#: What visitors, OPDs, Diskominfo and then head, clerk, auditor and viewer get on Diskominfo's pages:
#: the auditor reads, and every form they post is refused.
DISKOMINFO = (*LOGIN, 403, 403, 200, 200, 403, 403, 200, 403)
#: What is sealed: Diskominfo and the viewer open it; the files and payloads here are of normal tickets.
OPENED = (*LOGIN, 403, 403, 200, 200, 403, 403, 403, 403)
DONE = (*LOGIN, 403, 403, 303, 303, *[403] * 4)


def colleague(scene: Scene) -> None:
    """There is another officer of the OPD that has the ticket, whose access ends."""
    scene.values |= {"id": str(scene.desk.add_officer("other", "opd", "DISHUB")), "change": "keluar"}


def secret(scene: Scene) -> None:
    """The ticket is a secret one, and accuses the body that runs the desk."""
    scene.desk.office.ledger.write(
        lambda tx: tx.run(
            "UPDATE ticket SET privacy = 'secret', accused = 'DISKOMINFO' WHERE ref = :ref", ref=scene.ref
        )
    )


def taken_down(scene: Scene) -> None:
    """Another clerk took a ticket down: it is the one asked for."""
    scene.ref = scene.desk.taken_down("Lampu jalan padam", scene.desk.add_officer("rekan.loket", "clerk"))


#: The counter is for Diskominfo and clerks; what another clerk took down is there for Diskominfo alone.
COUNTER = (*LOGIN, 403, 403, 200, 200, 403, 200, 403, 403)


def invited(scene: Scene) -> None:
    """Somebody was invited; the token of their link stands for `{token}`."""
    scene.link = scene.desk.invited("calon", "DLH")


def with_step(step: str) -> Callable[[Scene], None]:
    """The step in the address."""
    return lambda scene: scene.values.update(step=step, what=step)


#: Own accounts: the same for every officer.
OWN = [
    row("GET", "/petugas/kode", 303),
    row("POST", "/petugas/kode", 303, data=with_csrf(kode="000000")),
    row("GET", "/petugas/akun", *LOGIN, *[200] * 8),
    row("POST", "/petugas/akun/{what}", 303, data=with_csrf(), arrange=with_step("sesi")),
    row("GET", "/petugas/akun/kode", *LOGIN, *[200] * 8),
    row("POST", "/petugas/akun/kode/{step}", 303, data=with_csrf(), arrange=with_step("mulai")),
    row("GET", "/petugas/lupa", 200),
    row("POST", "/petugas/lupa", 200, data=lambda scene, role: {"login": "nobody"}),
    row("GET", "/petugas/kunci/{token}", 200, arrange=invited),
    row(
        *("POST", "/petugas/kunci/{token}"),
        200,
        data=lambda scene, role: {
            "nama": "Calon",
            "new": "angin-laut-selatan",
            "again": "angin-laut-selatan",
        },
        arrange=invited,
    ),
]

#: The console's rows: add yours here.
STAFF = [
    row("GET", "/petugas", *LOGIN, *[200] * 8),
    row("GET", "/petugas/laporan/{ref}", *LOGIN, 200, 404, 200, 200, 200, 404, 200, 404),
    row(
        *("POST", "/petugas/laporan/{ref}/{act}"),
        *(*LOGIN, 303, 404, 303, 303, 303, 403, 403, 403),
        data=with_version(),
        arrange=acting("terima"),
    ),
    row(
        *("POST", "/petugas/laporan/{ref}/{act}"),
        *(*LOGIN, 403, 404, 303, 303, 403, 403, 403, 403),
        data=with_version(opd="DLH", alasan="Ini sampah."),
        arrange=acting("alihkan"),
    ),
    row(
        *("POST", "/petugas/laporan/{ref}/{act}"),
        *(*LOGIN, 403, 404, 303, 303, 403, 403, 403, 403),
        data=with_version(alasan="Bukan laporan.", yakin="1"),
        arrange=acting("arsipkan"),
    ),
    row(
        *("POST", "/petugas/laporan/{ref}/{act}"),
        *(*LOGIN, 404, 404, 404, 404, 404, 403, 403, 403),
        data=with_version(),
        arrange=acting("hapus"),
    ),
    row(
        *("POST", "/petugas/laporan/{ref}/{act}"),
        *(*LOGIN, 303, 404, 303, 303, 303, 403, 403, 403),
        data=lambda scene, role: {**with_version()(scene, role), "berkas": scene.photo},
        arrange=waited_for,
    ),
    row("POST", "/petugas/berikutnya", *LOGIN, 303, 303, 303, 303, 303, 403, 403, 403, data=with_csrf()),
    row("GET", "/petugas/langsung", *LOGIN, *[204] * 8, arrange=no_streams),
    row(
        *("POST", "/petugas/laporan/{ref}/pegang/{change}"),
        *(*LOGIN, 303, 404, 303, 303, 303, 403, 403, 403),
        data=with_csrf(),
        arrange=taking,
    ),
    row("POST", "/petugas/massal", *LOGIN, *[422] * 5, 403, 403, 403, data=with_csrf(key=BATCH)),
    row("POST", "/petugas/massal/urungkan", *LOGIN, *[200] * 5, 403, 403, 403, data=with_csrf(key=BATCH)),
    row(
        *("POST", "/petugas/laporan/{ref}/pelapor/lihat"),
        *OPENED[:-1],
        404,  # of a normal ticket a viewer sees nothing
        data=with_csrf(alasan="Menelepon pelapor."),
    ),
    row(
        *("POST", "/petugas/laporan/{ref}/pelapor/lihat"),
        *(*LOGIN, 403, 403, 404, 200, 403, 403, 403, 200),
        data=with_csrf(alasan="Menelepon pelapor."),
        arrange=secret,
    ),
    row("POST", "/petugas/berkas/{uuid}/asli", *OPENED, data=with_csrf(alasan="Memeriksa foto.")),
    row(
        *("POST", "/petugas/kiriman/{id}/unduh"),
        *OPENED,
        data=with_csrf(alasan="Memeriksa."),
        arrange=parked,
    ),
    row("GET", "/petugas/catat", *COUNTER),
    row(
        *("POST", "/petugas/catat"),
        *(*LOGIN, 403, 403, 303, 303, 403, 303, 403, 403),
        data=with_csrf(text="Lampu jalan mati", source="counter", key="matrix-0005"),
    ),
    row("POST", "/petugas/catat/serupa", *COUNTER, data=with_csrf(text="Lampu jalan mati")),
    row(
        *("GET", "/petugas/catat/{ref}/tanda-terima"),
        *(*LOGIN, 403, 403, 200, 200, 403, 404, 403, 403),
        arrange=taken_down,
    ),
    row("GET", "/petugas/catat/{ref}/tanda-terima", *LOGIN, 403, 403, 404, 404, 403, 404, 403, 403),
    row(
        *("POST", "/petugas/catat/{ref}/batalkan"),
        *(*LOGIN, 403, 403, 404, 404, 403, 404, 403, 403),  # only whoever took it down takes it back
        data=with_version(yakin="1"),
        arrange=taken_down,
    ),
    row("GET", "/petugas/triase", *DISKOMINFO),
    row("GET", "/petugas/parkir", *DISKOMINFO),
    row(
        "POST",
        "/petugas/parkir/{id}/olah",
        *(*LOGIN, 403, 403, 422, 422, *[403] * 4),
        data=with_csrf(),
        arrange=parked,
    ),
    row("POST", "/petugas/parkir/{id}/tutup", *DONE, data=with_csrf(alasan="Iklan."), arrange=parked),
    row("GET", "/petugas/kotak-keluar", *DISKOMINFO),
    row("POST", "/petugas/kotak-keluar/{id}/kirim", *DONE, data=with_csrf(), arrange=dead),
    row("POST", "/petugas/kotak-keluar/kirim-semua", *DONE, data=with_csrf(kanal="email")),
    row("GET", "/petugas/kanal", *DISKOMINFO),
    row("GET", "/petugas/kanal/{channel}", *OPENED),
    row(
        *("POST", "/petugas/kanal/{channel}/mati"),
        *DONE,
        data=with_csrf(alasan="Nomor diblokir.", yakin="1", key="matrix-0004"),
    ),
    row(
        *("POST", "/petugas/kanal/{channel}/hidup"),
        *DONE,
        data=lambda scene, role: {"csrf": scene.csrf, "yakin": "1", "gangguan": scene.values["outage"]},
        arrange=down,
    ),
    row("GET", "/petugas/kanal/telepon", *OPENED),
    row(
        *("POST", "/petugas/kanal/telepon/{id}/lihat"),
        *OPENED,
        data=with_csrf(alasan="Menelepon."),
        arrange=to_call,
    ),
    row(
        *("POST", "/petugas/kanal/telepon/{id}/{result}"),
        *DONE,
        data=with_csrf(version="0"),
        arrange=to_call,
    ),
    row("GET", "/petugas/lapor", *DISKOMINFO),
    row("POST", "/petugas/lapor", *(*LOGIN, 403, 403, 422, 422, *[403] * 4), data=with_csrf()),
    row("GET", "/petugas/lapor/tindak-lanjut", *DISKOMINFO),
    row("GET", "/petugas/lapor/{id}", *DISKOMINFO, arrange=exported),
    row("GET", "/petugas/lapor/{id}/salah", *DISKOMINFO, arrange=exported),
    row("POST", "/petugas/lapor/{id}/{change}", *DONE, data=with_csrf(), arrange=exported),
    row("GET", "/petugas/agenda", *DISKOMINFO),
    row("POST", "/petugas/agenda", *DONE, data=with_csrf(pekan="2026-W48")),
    row("GET", "/petugas/agenda/{week}", *DISKOMINFO, arrange=planned),
    row("GET", "/petugas/agenda/{week}/lembar", *DISKOMINFO, arrange=planned),
    row(
        *("POST", "/petugas/agenda/{week}/{change}"),
        *DONE,
        data=lambda scene, role: {"csrf": scene.csrf, "version": "1", "key": "matrix-0003", "yakin": "1"},
        arrange=planned,
    ),
    row("GET", "/petugas/tautan", *LOGIN, *[200] * 5, 403, 403, 403),
    row("POST", "/petugas/tautan", *LOGIN, *[200] * 5, 403, 403, 403, data=with_csrf(untuk="akun")),
    row(
        *("POST", "/petugas/tautan"),
        *(*LOGIN, 403, 403, 403, 200, 200, 403, 403, 403),  # a group of the OPD that has the ticket
        data=with_csrf(untuk="grup", opd="DISHUB"),
    ),
    row(
        *("POST", "/petugas/tautan/{id}/lepas"),
        *(*LOGIN, 404, 404, 404, 303, 303, 403, 403, 403),
        data=with_csrf(yakin="1"),
        arrange=linked_group,
    ),
    row("GET", "/petugas/petugas", *(*LOGIN, 403, 403, 403, 200, 200, 403, 200, 403)),
    row(
        *("POST", "/petugas/petugas"),
        *(*LOGIN, 403, 403, 403, 200, 403, 403, 403, 403),  # a head invites for their own OPD alone
        data=with_csrf(login="petugas.baru", nama="Petugas Baru", peran="opd", opd="DLH"),
    ),
    row(
        *("POST", "/petugas/petugas"),
        *(*LOGIN, 403, 403, 403, 303, 303, 403, 403, 403),
        data=with_csrf(
            login="petugas.baru",
            nama="Petugas Baru",
            peran="opd",
            opd="DISHUB",
            cara="undang",
            surel="a@example.id",
        ),
    ),
    row(
        *("GET", "/petugas/petugas/{id}"),
        *(*LOGIN, 403, 403, 403, 200, 404, 403, 200, 403),
        arrange=somebody_else,
    ),
    row(
        *("GET", "/petugas/petugas/{id}/keluar"),
        *(*LOGIN, 403, 403, 403, 200, 403, 403, 403, 403),
        arrange=somebody_else,
    ),
    row(
        *("POST", "/petugas/petugas/{id}/{change}"),
        *(*LOGIN, 403, 403, 403, 303, 403, 403, 403, 403),
        data=with_csrf(yakin="1"),
        arrange=somebody_else,
    ),
    row(
        *("POST", "/petugas/petugas/{id}/{change}"),
        *(*LOGIN, 403, 403, 403, 303, 303, 403, 403, 403),
        data=with_csrf(yakin="1"),
        arrange=colleague,
    ),
]

TABLE = [*PUBLIC, *OWN, *STAFF]
