"""The agenda's world."""

import pytest
from agenda_world import Desk

from store.db import Ledger


@pytest.fixture
def desk(ledger: Ledger) -> Desk:
    """Writes tickets."""
    return Desk(ledger)
