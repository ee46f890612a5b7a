"""The command `sapa`."""

import typer

from sapa.cli import agenda, channels, demo, keep, lapor, officer, queue, rules, serve, setup

app = typer.Typer(
    name="sapa",
    help="Warga mengadu, dan mendapat jawaban.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("serve")(serve.serve)
app.command("init")(setup.init)
app.command("backup")(keep.backup)
app.command("restore")(keep.restore)
app.add_typer(setup.config, name="config")
app.add_typer(rules.app, name="rules")
app.add_typer(channels.app, name="channels")
app.add_typer(demo.app, name="demo")
app.add_typer(agenda.app, name="agenda")
app.add_typer(queue.arrivals, name="arrivals")
app.add_typer(queue.outbox, name="outbox")
app.add_typer(lapor.app, name="lapor")
app.add_typer(officer.app, name="officers")
