"""The desk's world, on both databases."""

from datetime import datetime

import pytest
from desk_world import World, make_city

from store.db import Ledger


@pytest.fixture
def world(ledger: Ledger, now: datetime) -> World:
    """A city with its books in force and no ticket."""
    return World(ledger=ledger, city=make_city(), now=now)
