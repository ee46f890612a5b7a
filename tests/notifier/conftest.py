"""The post room's world, on both databases."""

from datetime import datetime
from pathlib import Path

import pytest
from post_world import World, build

from store.db import Ledger


@pytest.fixture
def world(ledger: Ledger, tmp_path: Path, now: datetime) -> World:
    """A ticket at DISHUB that came by the door `fake`."""
    return build(ledger, tmp_path, now)
