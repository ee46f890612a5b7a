"""The agenda on paper, in a terminal and in a chat: text from plain values, nobody named."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sapa.agenda import wording
from sapa.agenda.rules import Letterhead
from sapa.agenda.view import AgendaView, StopView

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
    """The round in at most `CHAT` characters of plain text: summaries shorten first, then stops."""
    for width in (90, 60, 40, 20):
        text = _chat(view, width, len(_listed(view)))
        if len(text) <= CHAT:
            return text
    shown = len(_listed(view))
    while len(text) > CHAT and shown:
        shown -= 1
        text = _chat(view, 20, shown)
    return text if len(text) <= CHAT else text[: CHAT - 1] + "…"


def text(view: AgendaView) -> str:
    """The whole agenda for a terminal."""
    out = [f"{view.programme} — {view.day} (pekan {view.week}, {view.state_word})", view.brand, ""]
    if view.empty:
        out += [NOTHING_LEFT, "Kunjungan pemeriksaan yang disarankan:"]
        out += [f"  - {one.ref}  {_where(one)}: {one.status}" for one in view.preventive] or ["  (tidak ada)"]
    else:
        out += [f"Berangkat {view.start} dari {view.start_name}, kembali {view.end} ({_sums(view)})", ""]
        out += [line for one in view.stops for line in _stop_lines(one)]
        out += [f"Kembali ke {view.start_name}: {view.return_min} menit, tiba {view.end}"]
    out += [f"! {warning}" for warning in view.warnings]
    if view.left_out:
        out += ["", "Tidak masuk:"]
        out += [
            f"  {one.ref}  {wording.number(one.score)}  {_where(one)}: {one.reason}" for one in view.left_out
        ]
    out += ["", "Riwayat:"]
    out += [f"  {change.at}  {change.who}: {change.what}" for change in view.history]
    return "\n".join(out) + "\n"


def _stop_lines(one: StopView) -> list[str]:
    parts = ", ".join(f"{part.label} {wording.number(part.points)} ({part.detail})" for part in one.parts)
    by_hand = " [ditambahkan petugas]" if one.by_hand == "added" else ""
    return [
        f"{one.position}. {one.arrive}-{one.leave}  {_where(one)}{by_hand}",
        f"   {wording.line(one.summary, 160)}",
        f"   {one.ref} · {one.opd or '-'} · {one.reporters} pelapor"
        f" · {one.age_days} hari kerja · {late(one)}",
        f"   Keputusan yang diminta: {one.ask}",
        f"   Skor {wording.number(one.score)}: {parts or '-'}",
        "",
    ]


def late(one: StopView) -> str:
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


def _chat(view: AgendaView, width: int, shown: int) -> str:
    listed = _listed(view)
    out = [f"*{wording.line(view.programme, 60)}*", view.day]
    if view.state == "draft":
        out.append("RANCANGAN, belum disetujui")
    if view.empty:
        out += [NOTHING_LEFT, "", *(_check_line(one, width) for one in listed[:shown])]
    else:
        out += [f"Berangkat {view.start} dari {wording.line(view.start_name, 60)}", ""]
        out += [line for one in listed[:shown] for line in _chat_lines(one, width)]
    if shown < len(listed):
        out.append(f"… dan {len(listed) - shown} titik lain")
    if not view.empty:
        out += ["", f"Selesai sekitar {view.end}"]
    return "\n".join(out)


def _chat_lines(one: StopView, width: int) -> list[str]:
    return [
        f"{one.position}. {one.arrive} {wording.line(_where(one), 70)}",
        f"   {wording.line(one.summary, width)}",
        f"   {one.ref} · {one.opd or '-'}",
    ]


def _check_line(one: StopView, width: int) -> str:
    return f"- {wording.line(_where(one), 70)}: {wording.line(one.summary, width)} ({one.ref})"


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
