"""Linking: codes from the console make chats of the office, and nothing else does."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from office_chat_world import BUDI, CICI, DESK, EKO, GROUP, STRANGER, OfficeChats

from sapa.desk import chats, leaving
from sapa.desk.actor import Actor
from sapa.desk.errors import Forbidden, Invalid, NotFound
from store import chats as rows
from store.db import Ledger
from store.tables import OfficeChat

ADMIN = Actor(kind="officer", officer_id=None, role="administrator")


@pytest.fixture
def world(ledger: Ledger, tmp_path: Path, now: datetime) -> OfficeChats:
    return OfficeChats(ledger, tmp_path, now)


def links(world: OfficeChats) -> list[tuple[str, str, str]]:
    sql = "SELECT kind, opd, title FROM office_chat WHERE until IS NULL ORDER BY id"
    return [(kind, opd, title) for kind, opd, title in world.rows(sql)]


def test_an_account_and_a_group_are_linked_by_codes(world: OfficeChats) -> None:
    world.link(BUDI, DESK, group=GROUP)
    assert links(world) == [("person", "", ""), ("person", "", ""), ("group", "DISHUB", "Piket Dishub")]
    own, desk, group = world.said()
    assert own.startswith("Akun Telegram ini tertaut sebagai Budi. Disposisi")
    assert "tombol di grup" in desk
    assert group.startswith("Grup ini tertaut dengan Dinas Perhubungan.")
    assert world.tickets() == []
    assert world.rows("SELECT COUNT(*) FROM message") == [(0,)]
    assert world.arrival() == ("kept", chats.OFFICE)


@pytest.mark.parametrize("how", ["/start tautkan_{}", "/start@sapa_uji_bot tautkan_{}", "/TAUTKAN {}"])
def test_a_link_to_the_bot_brings_the_code(world: OfficeChats, how: str) -> None:
    world.write(how.format(world.code(BUDI)), who=BUDI)
    assert links(world) == [("person", "", "")]


@pytest.mark.parametrize(
    "how", ["/tautkan {0} {1}", "/tautkan kode: {0}-{1}", "/tautkan@sapa_uji_bot\n{0} {1}"]
)
def test_a_code_spelt_in_parts_links_and_becomes_no_report(world: OfficeChats, how: str) -> None:
    code = world.code(BUDI)
    world.write(how.format(code[:5], code[5:]), who=BUDI)
    assert links(world) == [("person", "", "")]
    assert world.tickets() == []


def test_codes_are_hashed_and_good_once_and_not_for_long(world: OfficeChats) -> None:
    code = world.code(BUDI)
    assert code not in str(world.rows("SELECT digest FROM chat_code"))
    world.write(f"/tautkan {code}", who=BUDI)
    world.write(f"/tautkan {code}", who=STRANGER)
    replaced = world.code(BUDI)
    old = world.code(BUDI)
    world.write(f"/tautkan {replaced}", who=STRANGER)
    world.now += chats.VALID
    world.write(f"/tautkan {old}", who=STRANGER)
    assert [text[:20] for text in world.said()] == ["Akun Telegram ini te", *["Kode ini sudah dipak"] * 3]
    assert len(links(world)) == 1


def test_wrong_codes_are_told_plainly_and_not_for_ever(world: OfficeChats) -> None:
    world.write("/tautkan", who=STRANGER)
    for _ in range(6):
        world.write("/tautkan ABCDEFGHJK", who=STRANGER)
    how, *wrong, often = world.said()
    assert how.startswith("Tulis kodenya juga")
    assert len(wrong) == 5
    assert all(text.startswith("Kode ini tidak dikenal") for text in wrong)
    assert often.startswith("Terlalu sering")
    code = world.code(BUDI)
    world.now += timedelta(minutes=3)
    world.write(f"/tautkan {code}", who=STRANGER)
    assert len(links(world)) == 1


def test_an_edited_command_links_nothing(world: OfficeChats) -> None:
    world.write(f"/tautkan {world.code(BUDI)}", who=BUDI, edit_date=1764000000)
    assert links(world) == []
    assert world.said() == []


def test_a_code_of_somebody_who_left_is_unknown(world: OfficeChats) -> None:
    code = world.code(BUDI)
    world.ledger.write(lambda tx: tx.run("UPDATE officer SET active = :no WHERE login = 'budi'", no=False))
    world.write(f"/tautkan {code}", who=BUDI)
    assert world.said()[0].startswith("Kode ini tidak dikenal")


def test_an_own_code_links_no_group_and_stays_good(world: OfficeChats) -> None:
    code = world.code(BUDI)
    world.write_in(GROUP, f"/tautkan {code}")
    world.write(f"/tautkan {code}", who=BUDI)
    assert [text[:30] for text in world.said()] == [
        "Kode ini untuk percakapan prib",
        "Akun Telegram ini tertaut seba",
    ]


def test_a_groups_code_makes_nobody_the_head(world: OfficeChats) -> None:
    code = world.code(CICI, "DISHUB")
    world.write(f"/tautkan {code}", who=STRANGER)  # everybody in the group has read it
    assert links(world) == []
    assert world.said()[0].startswith("Kode ini untuk grup OPD.")
    world.write_in(GROUP, f"/tautkan {code}", who=CICI)
    assert links(world) == [("group", "DISHUB", "Piket Dishub")]


def test_a_groups_code_ends_with_the_right_to_link(world: OfficeChats) -> None:
    code = world.code(CICI, "DISHUB")
    world.ledger.write(lambda tx: tx.run("UPDATE officer SET opd = 'DLH' WHERE login = 'cici'"))
    world.write_in(GROUP, f"/tautkan {code}", who=CICI)
    assert links(world) == []
    assert world.said()[0].startswith("Kode ini sudah dipakai")


def test_who_may_make_which_code(world: OfficeChats) -> None:
    for who, opd in ((BUDI, "DISHUB"), (EKO, "DISHUB"), (DESK, "DISHUB"), (CICI, "DLH")):
        with pytest.raises(Forbidden, match="kepala OPD"):
            world.code(who, opd)
    for opd in ("PLN", "XYZ"):
        with pytest.raises(Invalid, match="OPD"):
            world.code(CICI, opd)
    auditor = Actor(kind="officer", officer_id=1, role="auditor")
    for by in (auditor, ADMIN):
        with pytest.raises(Forbidden):
            world.ledger.write(lambda tx, by=by: chats.new_code(tx, by, now=world.now, city=world.city))
    admin = Actor(kind="officer", officer_id=world.ids[DESK], role="administrator")
    world.ledger.write(lambda tx: tx.run("UPDATE officer SET role = 'administrator' WHERE login = 'dewi'"))
    fresh = world.ledger.write(
        lambda tx: chats.new_code(tx, admin, opd="DLH", now=world.now, city=world.city)
    )
    world.write_in(GROUP, f"/tautkan {fresh.code}", who=STRANGER)
    assert links(world) == [("group", "DLH", "Piket Dishub")]


def test_a_chat_linked_again_is_linked_once(world: OfficeChats) -> None:
    world.link(BUDI)
    world.write(f"/tautkan {world.code(EKO)}", who=BUDI)
    assert world.rows("SELECT officer_id, ended FROM office_chat ORDER BY id") == [
        (world.ids[BUDI], "replaced"),
        (world.ids[EKO], ""),
    ]


def test_lepas_unlinks_an_own_account_and_is_a_citizens_word_otherwise(world: OfficeChats) -> None:
    world.link(BUDI)
    world.write("/lepas", who=BUDI)
    assert links(world) == []
    assert world.said()[-1].startswith("Tautan dilepas")
    world.write("/lepas", who=BUDI)
    assert [notice for notice, _ in world.asked()] == ["help"]
    world.write("/lepas sekarang lampu jalan mati", who=BUDI)
    assert len(world.tickets()) == 1


def test_a_group_is_let_go_by_who_may_link_it(world: OfficeChats) -> None:
    world.write_in(GROUP, "/lepas")
    world.link(BUDI, CICI, group=GROUP)
    world.send()
    world.write_in(GROUP, "/lepas@sapa_uji_bot", who=STRANGER)
    world.write_in(GROUP, "/lepas", who=BUDI)
    assert [text[:20] for text in world.said()] == ["Akun Telegram Anda b", "Anda tidak berwenang"]
    assert len(links(world)) == 3
    world.write_in(GROUP, "/lepas", who=CICI)
    assert ("group", "DISHUB", "Piket Dishub") not in links(world)


def test_what_is_said_in_a_group_is_kept_counted_and_no_report(world: OfficeChats) -> None:
    world.link(group=GROUP)
    world.write_in(GROUP, "Lampu jalan di Meri mati", who=CICI)
    world.write_in(GROUP, "Siap", photo=[{"file_id": "A", "width": 1, "height": 1}])
    world.write_in(-5, "Halo semua")
    assert world.tickets() == []
    assert world.rows("SELECT chatter FROM office_chat") == [(2,)]
    assert world.rows("SELECT COUNT(*) FROM arrival WHERE reason LIKE 'Obrolan di grup%'") == [(3,)]
    assert world.arrival() == ("kept", chats.CHATTER)
    assert world.rows("SELECT COUNT(*) FROM identity WHERE value = '-5'") == [(0,)]


def test_a_linked_officer_still_complains_like_anybody(world: OfficeChats) -> None:
    world.link(BUDI)
    (accepted,) = world.write("Lampu jalan di Meri mati", who=BUDI)
    assert accepted.ref
    assert len(world.tickets()) == 1


def test_what_reporters_and_the_desk_are_told_is_not_for_the_desks_own_chats(world: OfficeChats) -> None:
    world.link(DESK)
    world.said()
    world.write("Lampu jalan di Meri mati", who=1001)
    world.write("Mohon dibantu", who=1002)  # for triage
    world.wait()
    assert {message.to.value for message in world.send()} == {"1001", "1002"}
    told = "SELECT notice FROM outbox JOIN office_chat ON office_chat.contact_id = outbox.contact_id"
    assert {notice for (notice,) in world.rows(told)} == {"chat_said"}


def member(world: OfficeChats, chat: int, status: str) -> None:
    kind = "private" if chat > 0 else "supergroup"
    told = {
        "chat": {"id": chat, "type": kind},
        "from": {"id": 1, "is_bot": False, "first_name": "A"},
        "date": 1764000000,
        "old_chat_member": {"status": "member"},
        "new_chat_member": {"status": status},
    }
    world.update({"my_chat_member": told})


def test_a_bot_put_out_or_blocked_is_linked_no_more(world: OfficeChats) -> None:
    world.link(BUDI, group=GROUP)
    member(world, GROUP, "administrator")
    assert len(links(world)) == 2
    member(world, GROUP, "left")
    member(world, BUDI, "kicked")
    member(world, -12345, "left")
    assert links(world) == []
    assert world.rows("SELECT DISTINCT ended FROM office_chat") == [("blocked",)]
    with world.ledger.reading() as tx:
        assert len(chats.lately_ended(tx, world.actor(CICI), world.now)) == 1
        assert len(chats.lately_ended(tx, world.actor(BUDI), world.now)) == 2
        assert chats.lately_ended(tx, world.actor(EKO), world.now) == []
        assert chats.lately_ended(tx, world.actor(CICI), world.now + timedelta(days=31)) == []


def test_a_group_that_became_a_large_one_stays_linked(world: OfficeChats) -> None:
    world.link(group=-777)
    world.write_in(-777, migrate_to_chat_id=GROUP)
    assert world.rows("SELECT value FROM identity WHERE value LIKE '-%'") == [(str(GROUP),)]
    world.link(group=-778)
    world.write_in(-778, migrate_to_chat_id=GROUP)
    assert len(links(world)) == 2
    world.write_in(-779, migrate_to_chat_id=-780)


def test_links_are_seen_and_ended_by_whose_they_are(world: OfficeChats) -> None:
    world.link(BUDI, EKO, group=GROUP)
    admin = Actor(kind="officer", officer_id=None, role="administrator")
    with world.ledger.reading() as tx:
        group, eko, budi = rows.everything(tx)

        def seen(by: Actor) -> list[OfficeChat]:
            return chats.seen(tx, by)

        assert seen(world.actor(BUDI)) == [group, budi]
        assert seen(world.actor(CICI)) == [group]
        assert seen(world.actor(DESK)) == []
        assert seen(admin) == [group, eko, budi]
    for who, chat in ((BUDI, group), (CICI, budi), (DESK, group), (EKO, group)):
        with pytest.raises(NotFound):
            end(world, world.actor(who), chat.id)
    with pytest.raises(NotFound):
        end(world, admin, 999)
    end(world, world.actor(BUDI), budi.id)
    end(world, world.actor(BUDI), budi.id)
    end(world, world.actor(CICI), group.id)
    end(world, admin, eko.id)
    assert links(world) == []


def end(world: OfficeChats, by: Actor, chat_id: int | None) -> None:
    world.ledger.write(lambda tx: chats.unlink(tx, by, chat_id or 0, now=world.now))


def test_who_leaves_is_out_of_chats_and_their_group_stays(world: OfficeChats) -> None:
    world.link(CICI, group=GROUP)
    code = world.code(CICI)
    world.send()
    id = world.ids[CICI]
    world.ledger.write(lambda tx: leaving.end_everything(tx, id, world.now))
    assert links(world) == [("group", "DISHUB", "Piket Dishub")]
    world.write(f"/tautkan {code}", who=CICI)
    assert world.said()[-1].startswith("Kode ini sudah dipakai")


def test_only_doors_with_commands_know_codes(world: OfficeChats) -> None:
    code = world.code(BUDI)
    world.deliver(
        world.payload("fake", b'[{"id": "1", "from": "0812", "text": "/tautkan %s"}]' % code.encode())
    )
    assert links(world) == []
