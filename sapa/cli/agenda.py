"""`sapa agenda`: draft and show the field visit of a week."""

from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

import typer

from sapa.agenda import draft as drafts
from sapa.agenda import reading, sheet
from sapa.agenda.due import due_week
from sapa.cli._office import CONFIG, ConfigFile, clock, fail, say, the_service
from sapa.desk.errors import ActError

app = typer.Typer(help="Agenda kunjungan lapangan.", no_args_is_help=True)
Week = Annotated[
    str | None,
    typer.Option("--week", help="Pekan ISO, misalnya 2026-W48; tanpa pilihan: kunjungan berikutnya."),
]
Form = Annotated[Literal["text", "whatsapp", "html"], typer.Option("--as", help="Bentuk keluaran.")]


@app.command()
def draft(week: Week = None, config: ConfigFile = CONFIG) -> None:
    """Susun konsep agenda (satu setiap pekan) dan tampilkan."""
    with the_service(config) as service:
        try:
            drafts.draft(service.ledger, service.in_force.city, service.in_force.agenda, clock(), week)
        except ActError as error:
            fail(str(error))
    show(week, config)


@app.command()
def show(
    week: Week = None,
    config: ConfigFile = CONFIG,
    form: Form = "text",
    out: Annotated[Path | None, typer.Option(help="Tulis ke berkas ini.")] = None,
) -> None:
    """Tampilkan agenda sebuah pekan."""
    with the_service(config) as service:
        city, rules = service.in_force.city, service.in_force.agenda
        wanted = week or due_week(clock(), city, rules).week
        try:
            with service.ledger.reading() as tx:
                found = reading.read(tx, wanted, city)
        except ActError as error:
            fail(str(error))
    if found is None:
        fail(f"Belum ada agenda untuk pekan {wanted}. Susun dengan: sapa agenda draft --week {wanted}")
    shapes = {"text": sheet.text, "whatsapp": sheet.whatsapp}
    printed = shapes[form](found) if form in shapes else sheet.html(found, rules.letterhead, styles=_styles())
    if out is None:
        say(printed)
    else:
        out.write_text(printed, encoding="utf-8")


def _styles() -> str:
    """The sheet's styles, for a file that stands alone."""
    return (files("sapa.web") / "static" / "sheet.css").read_text(encoding="utf-8")
