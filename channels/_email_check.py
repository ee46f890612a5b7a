"""Whether our SMTP door answers, and whether the relay takes us."""

import asyncio
from pathlib import Path

from channels._email_relay import Relayed, Server
from channels.base import Finding, Unavailable


async def door(host: str, port: int) -> Finding:
    """Whether our door greets at its address."""
    where = f"{host}:{port}"
    try:
        async with asyncio.timeout(5):
            reader, writer = await asyncio.open_connection(host, port)
            # Of a proxy it would be waited for this line; anybody else is greeted first, and told 500 later.
            writer.write(b"PROXY UNKNOWN\r\n")
            greeting = await reader.readline()
            writer.close()
        if not greeting.startswith(b"220"):
            raise ConnectionRefusedError
    except OSError as error:
        return Finding(
            False,
            f"Pintu surel di {where} tidak menjawab ({type(error).__name__}).",
            "Jalankan layanan (sapa serve) dengan peran smtp; periksa channels.email.listen.",
        )
    return Finding(True, f"Pintu surel menjawab di {where}.")


async def relay(server: Server) -> Finding:
    """Whether the relay greets, agrees on TLS and takes our login."""
    post = Relayed(server)
    try:
        await post.greet()
    except Unavailable as error:
        advice = "Periksa channels.email.relay: host, port, tls, user, password."
        return Finding(False, f"{server.host}:{server.port}: {error}", advice)
    finally:
        await post.close()
    return Finding(True, f"Server surat {server.host}:{server.port} siap mengirim.")


async def folder(path: Path) -> Finding:
    """Without a relay, mail lies in a folder: nobody gets it."""
    return await asyncio.to_thread(_folder, path)


def _folder(path: Path) -> Finding:
    advice = "Isi channels.email.relay.host agar surel sampai kepada orangnya."
    if path.is_file() or (path.exists() and not path.is_dir()):
        return Finding(False, f"{path} bukan folder; surel keluar tidak dapat ditaruh.", advice)
    return Finding(True, f"Surel keluar hanya ditaruh sebagai berkas di {path}.", advice)
