"""`sapa serve`: every role in one process, until told to stop."""

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
from collections.abc import MutableMapping
from pathlib import Path
from typing import Annotated, Any

import structlog
import typer
from pydantic_core import to_json

from channels.base import Listener
from sapa.bootstrap import Service, open_service
from sapa.bootstrap.follow import keep_up
from sapa.bootstrap.service import ROLES
from sapa.cli._office import CONFIG, NO_LEDGER, ConfigFile, clock, fail, keep_private, say, settings_of
from sapa.cli._server import server
from sapa.demo.city import MISSING, folder, loaded, open_demo, settings_in
from sapa.demo.people import SIGN_IN
from sapa.settings import BadConfig, Settings, load
from store.db import LedgerUnavailable

#: Connections that may wait to be accepted.
_BACKLOG = 2048
ALL = ",".join(sorted(ROLES))
Demo = Annotated[bool, typer.Option("--demo", help="Layani kota contoh (sapa demo load).")]
Roles = Annotated[str, typer.Option("--roles", help="Peran proses ini, dipisah koma; tanpa pilihan: semua.")]


def serve(config: ConfigFile = CONFIG, roles: Roles = ALL, demo: Demo = False) -> None:
    """Jalankan layanan: formulir, ruang petugas, pintu surel, pengiriman dan jadwal."""
    wanted = frozenset(role.strip() for role in roles.split(",") if role.strip())
    if unknown := wanted - ROLES:
        fail(f"Peran tidak dikenal: {', '.join(sorted(unknown))}. Yang ada: {', '.join(sorted(ROLES))}.")
    settings = settings_of(config)
    if demo and not loaded(settings):
        fail(MISSING)
    keep_private()
    log_to_stderr()
    try:
        if demo:
            service = open_demo(settings, folder(settings), clock, wanted)
        else:
            service = open_service(settings, clock=clock, roles=wanted)
    except BadConfig as error:
        fail(str(error))
    except ValueError as error:
        fail(str(error))
    except LedgerUnavailable:
        fail(NO_LEDGER)
    try:
        run(service, config, demo=demo)
    except OSError as error:
        fail(f"Alamat tidak dapat dipakai ({error.strerror}). Mungkin layanan ini sudah berjalan.")


def run(service: Service, config: Path, *, demo: bool = False) -> None:
    """Serve until SIGINT or SIGTERM; SIGHUP loads the configuration again."""
    with asyncio.Runner(loop_factory=_loop) as runner:
        runner.run(_run(service, config, demo))


def _loop() -> asyncio.AbstractEventLoop:
    import uvloop

    return uvloop.new_event_loop()


async def _run(service: Service, config: Path, demo: bool) -> None:
    settings = service.in_force.settings
    sock = _listen(settings) if "web" in service.roles else None
    http = server(service.app)
    loop = asyncio.get_running_loop()

    def read() -> Settings:
        read = load(config, os.environ)
        return settings_in(read, folder(read)) if demo else read

    loop.add_signal_handler(signal.SIGHUP, service.reload, read)

    def leave(number: int) -> None:
        service.end_streams()
        http.handle_exit(number, None)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, leave, number)
    await service.start()
    following = asyncio.create_task(keep_up(service, read), name="follow")
    if sock is not None:
        sock.listen(_BACKLOG)  # who follows the announcement at once must be heard
    announce(service, sock)
    if demo:
        say(f"{SIGN_IN}\n")
    settle_memory()
    try:
        if sock is not None:
            await http.serve(sockets=[sock])
        while not http.should_exit:  # noqa: ASYNC110 (a flag is all uvicorn has)
            await asyncio.sleep(0.1)
    finally:
        following.cancel()
        await service.stop()


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.web.host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((settings.web.host, settings.web.port))
    return sock


def settle_memory() -> None:
    """What was loaded at the start stays: the collector need not walk the rule book again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def announce(service: Service, sock: socket.socket | None) -> None:
    """Where everything is, for the person who started it."""
    settings = service.in_force.settings
    lines = ["", f"{service.in_force.city.brand} — {settings.city.name}", ""]
    if sock is not None:
        host, port = sock.getsockname()[:2]
        base = f"http://{host}:{port}"
        lines += [f"  Formulir warga    {base}/", f"  Ruang petugas     {base}/petugas"]
    for name, door in service.doors.items():
        if isinstance(door, Listener) and name == "email":
            lines.append(f"  Pintu surel       {door.where}   (kirim ke {settings.channels.email.address})")
        elif isinstance(door, Listener):
            lines.append(f"  {service.city().channel_name(name):<18}{door.where}")
    if settings.channels.email.relay.host is None:
        folder = settings.storage.var / "outbox-mail"
        lines.append(f"  Surel keluar      ditaruh sebagai berkas di {shown(folder)}")
    lines += ["", "  Kanal:"]
    for channel in settings.channels.by_name().values():
        state = "terbuka" if channel.enabled else f"tertutup. {channel.opens_with}"
        lines.append(f"    {channel.name:<32}{state}")
    if service.password is not None:
        lines += [
            "",
            "  Administrator pertama (kata sandi sekali pakai, hanya ditampilkan saat ini):",
            f"    nama masuk  admin      kata sandi  {service.password}",
        ]
    say("\n".join([*lines, "", "  Berhenti: Ctrl+C", ""]))


def shown(path: Path) -> str:
    """A path relative to where we are, if it lies below."""
    with contextlib.suppress(ValueError):
        return str(path.resolve().relative_to(Path.cwd()))
    return str(path)


class _StandardError:
    """Where lines go; a log that cannot be written (it may lie on the disk that is full) stops no work."""

    def msg(self, line: bytes) -> None:
        """Write at once, or not at all."""
        with contextlib.suppress(OSError):
            os.write(2, line)

    debug = info = warning = error = critical = exception = msg


def _line(_logger: object, level: str, event: MutableMapping[str, Any]) -> bytes:
    """One line for each event: it is written on every request, so one function does all."""
    event["level"], event["timestamp"] = level, clock().isoformat()
    return to_json(event, fallback=repr) + b"\n"


def log_to_stderr() -> None:
    """Structured lines (JSON) on standard error; ids only, never words or addresses of people."""
    structlog.configure(
        processors=[_line],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: _StandardError(),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, format='{"level": "%(levelname)s", "event": "%(message)s"}')
