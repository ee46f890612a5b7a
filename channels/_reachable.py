"""Whether anybody listens at an address: a connection, with TLS where it is https, and nothing said."""

import asyncio
import contextlib
import ssl
from urllib.parse import urlsplit

from channels.base import Finding


async def listens(name: str, url: str, timeout: float, advice: str) -> Finding:
    """What happens when we connect to the host of `url`, called `name`."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    where = f"{name} ({parts.hostname}:{port})"
    try:
        async with asyncio.timeout(timeout):
            context = await asyncio.to_thread(ssl.create_default_context) if secure else None
            _, writer = await asyncio.open_connection(parts.hostname, port, ssl=context)
    except ssl.SSLError as error:
        return Finding(False, f"{where}: sertifikatnya ditolak ({error.reason}).", advice)
    except (OSError, TimeoutError) as error:
        return Finding(False, f"{where} tidak dapat dihubungi ({type(error).__name__}).", advice)
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return Finding(True, f"{where} dapat dihubungi.")
