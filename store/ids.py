"""Ids of our own: sortable by time, safe to make anywhere."""

import os
import secrets
from datetime import datetime
from uuid import UUID


def uuid7(now: datetime) -> UUID:
    """A UUIDv7 (RFC 9562): 48 bits of milliseconds since 1970, the rest random."""
    stamp = int(now.timestamp() * 1000) & ((1 << 48) - 1)
    random = int.from_bytes(os.urandom(10), "big")
    value = stamp << 80 | 0x7 << 76 | (random >> 68 & 0xFFF) << 64 | 0b10 << 62 | random & ((1 << 62) - 1)
    return UUID(int=value)


def new_token(now: datetime) -> str:
    """A private token for links: the second it was made, then 128 random bits, in lower-case hex.

    Lower-case survives mail addresses; the second keeps the tokens of one time together in their index.
    """
    return f"{int(now.timestamp()):08x}{secrets.token_hex(16)}"
