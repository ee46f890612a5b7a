"""The table of docs/channels/README.md: every door has its row, every mark a proof that shows it."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from test_contract import SECTIONS

from channels import registry
from channels.base import Collector, Sweeper, Webhook

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "channels" / "README.md").read_text("utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("| ")
]
HEAD, *MARKED = [row for row in ROWS if len(row) > 4]
PROOFS = {(row[0], row[1]): row[2].strip("`") for row in ROWS if len(row) == 3 and row[0] != "kanal"}
DOORS = {row[0].split("]")[0].strip("["): dict(zip(HEAD[1:], row[1:], strict=True)) for row in MARKED}

Items = list[dict[str, Any]]


def files(items: Items) -> list[str]:
    return [one["media_type"] for item in items for one in item.get("attachments", ())]


#: What a recorded payload must give to prove an ability.
SHOWS: dict[str, Callable[[Items], bool]] = {
    "teks": lambda items: any(item.get("text") for item in items),
    "foto": lambda items: any(kind.startswith("image/") for kind in files(items)),
    "beberapa berkas": lambda items: len(files(items)) > 1 or any(item.get("group_id") for item in items),
    "album": lambda items: any(item.get("group_id") for item in items),
    "suara": lambda items: any(kind.startswith("audio/") for kind in files(items)),
    "video": lambda items: any(kind.startswith("video/") for kind in files(items)),
    "berkas": lambda items: any(kind.startswith("application/") for kind in files(items)),
    "lokasi": lambda items: any(item.get("place", {}).get("lat") is not None for item in items),
    "ubah": lambda items: any(item.get("edited") for item in items),
    "utas": lambda items: any(item.get("in_reply_to") or item.get("reply_token") for item in items),
    "status kirim": lambda items: any(item[""] == "DeliveryReport" for item in items),
    "jenis baru": lambda items: any("[" in item["text"] for item in items),
}


def test_every_door_has_its_row_and_every_mark_its_proof() -> None:
    assert set(DOORS) == set(registry.DOORS) - {"fake"}
    marked = {
        (door, ability) for door, cells in DOORS.items() for ability, mark in cells.items() if mark == "✓"
    }
    assert marked == set(PROOFS)
    assert {mark for cells in DOORS.values() for mark in cells.values()} == {"✓", "–"}


@pytest.mark.parametrize(("door", "ability"), sorted(PROOFS))
def test_a_proof_is_there_and_shows_what_it_should(door: str, ability: str) -> None:
    proof = PROOFS[door, ability]
    if "::" in proof:
        file, _, name = proof.partition("::")
        assert re.search(rf"^(async )?def {name}\(", (ROOT / file).read_text("utf-8"), re.M)
        return
    expected = ROOT / "tests" / "channels" / "payloads" / door / f"{proof}.expected"
    assert SHOWS[ability](json.loads(expected.read_text("utf-8")))


@pytest.mark.parametrize("door", sorted(DOORS))
def test_the_table_says_what_the_door_declares(door: str) -> None:
    one = registry.build(door, SECTIONS[door], lambda: None)  # type: ignore[arg-type, return-value]
    cells = DOORS[door]
    if isinstance(one, Webhook):
        assert cells["tanda tangan"] == "✓"
    if isinstance(one, Sweeper | Collector):
        assert cells["disusul"] == "✓"
    if cells["ubah"] == "✓":
        assert one.traits.edits
    assert cells["batas"] == "✓"
