"""The agenda on paper, in a terminal and in a chat: text from plain values, nobody named."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sapa.agenda import wording
from sapa.agenda.rules import Letterhead
from sapa.agenda.view import AgendaView, Complaint, StopView

#: The most a chat message of ours holds, in characters.
CHAT = 1500

NOTHING_LEFT = "Tidak ada keluhan tersisa yang perlu dikunjungi pekan ini."


def html(
    view: AgendaView,
    letterhead: Letterhead | None = None,
    css: str = "/static/sheet.css",
    styles: str = "",
) -> str:
    """A page to print on A4; `css` is the address of its style sheet (no inline style, no script).

    For a file that is opened without our server, `styles` is the style sheet's own text instead.
    """
    template = _templates().get_template("sheet.html")
    head = letterhead or Letterhead()
    return template.render(view=view, head=head, css=css, styles=Markup(styles), nothing=NOTHING_LEFT)  # noqa: S704


def whatsapp(view: AgendaView) -> str:
    """The round in at most `CHAT` characters of plain text.

    Summaries and the numbers of one stop's complaints become fewer first, then stops.
    """
    for width, refs in ((90, 5), (60, 4), (40, 3), (20, 2)):
        text = _chat(view, width, refs, len(_listed(view)))
        if len(text) <= CHAT:
            return text
    shown = len(_listed(view))
    while len(text) > CHAT and shown:
        shown -= 1
        text = _chat(view, 20, 1, shown)
    return text if len(text) <= CHAT else text[: CHAT - 1] + "…"


def text(view: AgendaView) -> str:
    """The whole agenda for a terminal."""
    out = [f"{view.programme} — {view.day} (pekan {view.week}, {view.state_word})", view.brand, ""]
    if view.empty:
        out += [NOTHING_LEFT, "Kunjungan pemeriksaan yang disarankan:"]
        checks = [f"  - {one.first.ref}  {_where(one)}: {one.first.status}" for one in view.preventive]
        out += checks or ["  (tidak ada)"]
    else:
        out += [f"Berangkat {view.start} dari {view.start_name}, kembali {view.end} ({_sums(view)})", ""]
        out += [line for one in view.stops for line in _stop_lines(one)]
        out += [f"Kembali ke {view.start_name}: {view.return_min} menit, tiba {view.end}"]
    out += [f"! {warning}" for warning in view.warnings]
    if view.left_out:
        out += ["", "Tidak masuk:"]
        out += [
            f"  {_refs(one)}  {wording.number(one.score)}  {_where(one)}: {one.reason}"
            for one in view.left_out
        ]
    out += ["", "Riwayat:"]
    out += [f"  {change.at}  {change.who}: {change.what}" for change in view.history]
    return "\n".join(out) + "\n"


def _stop_lines(one: StopView) -> list[str]:
    parts = ", ".join(f"{part.label} {wording.number(part.points)} ({part.detail})" for part in one.parts)
    by_hand = " [ditambahkan petugas]" if one.by_hand == "added" else ""
    return [
        f"{one.position}. {one.arrive}-{one.leave}  {_where(one)}{by_hand}",
        *(line for told in one.told for line in _complaint_lines(told)),
        *([f"   Juga di titik ini: {', '.join(one.more)}"] if one.more else []),
        f"   Skor {wording.number(one.score)}: {parts or '-'}",
        "",
    ]


def _complaint_lines(one: Complaint) -> list[str]:
    return [
        f"   {wording.line(one.summary, 160)}",
        f"   {one.ref} · {one.opd or '-'} · {one.reporters} pelapor"
        f" · {one.age_days} hari kerja · {late(one)}",
        f"   Keputusan yang diminta: {one.ask}",
    ]


def _refs(one: StopView) -> str:
    return ", ".join(complaint.ref for complaint in one.complaints)


def late(one: Complaint) -> str:
    """How a ticket stands against its deadline."""
    if not one.due:
        return "tanpa tenggat"
    return f"lewat tenggat {one.late_days} hari kerja" if one.late_days else f"tenggat {one.due}"


def _where(one: StopView) -> str:
    kelurahan = f"Kel. {one.kelurahan}" if one.kelurahan else ""
    place = ", ".join(part for part in (wording.line(one.place, 80), kelurahan) if part)
    return (place or "Lokasi pada peta") + ("" if one.place_sure else " (perkiraan)")


def _sums(view: AgendaView) -> str:
    return (
        f"{wording.duration(view.total_minutes)}, {len(view.stops)} titik,"
        f" {wording.duration(view.travel_minutes)} di jalan"
    )


def _listed(view: AgendaView) -> tuple[StopView, ...]:
    return view.preventive if view.empty else view.stops


def _chat(view: AgendaView, width: int, refs: int, shown: int) -> str:
    listed = _listed(view)
    out = [f"*{wording.line(view.programme, 60)}*", view.day]
    if view.state == "draft":
        out.append("RANCANGAN, belum disetujui")
    if view.empty:
        out += [NOTHING_LEFT, "", *(_check_line(one, width) for one in listed[:shown])]
    else:
        out += [f"Berangkat {view.start} dari {wording.line(view.start_name, 60)}", ""]
        out += [line for one in listed[:shown] for line in _chat_lines(one, width, refs)]
    if shown < len(listed):
        out.append(f"… dan {len(listed) - shown} titik lain")
    if not view.empty:
        out += ["", f"Selesai sekitar {view.end}"]
    return "\n".join(out)


def _chat_lines(one: StopView, width: int, refs: int) -> list[str]:
    more = len(one.complaints) - refs
    return [
        f"{one.position}. {one.arrive} {wording.line(_where(one), 70)}",
        f"   {wording.line(one.first.summary, width)}",
        *(f"   {complaint.ref} · {complaint.opd or '-'}" for complaint in one.complaints[:refs]),
        *([f"   dan {more} laporan lain di titik ini"] if more > 0 else []),
    ]


def _check_line(one: StopView, width: int) -> str:
    return f"- {wording.line(_where(one), 70)}: {wording.line(one.first.summary, width)} ({one.first.ref})"


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("sapa.agenda", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["line"] = wording.line
    environment.filters["late"] = late
    environment.filters["number"] = wording.number
    environment.filters["where"] = _where
    environment.filters["duration"] = wording.duration
    return environment
