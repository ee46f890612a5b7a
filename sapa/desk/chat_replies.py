"""What officers write in chats: commands, replies by which an act is done, and talk that is no report."""

import re
from functools import partial

from channels.message import InboundMessage
from notifier.notices import NOTICES
from sapa.desk import acts, chat_acts, chats, pictures
from sapa.desk.actor import Actor
from sapa.desk.chat_acts import Told
from sapa.desk.errors import Invalid
from sapa.desk.incoming import Prepared, Sitting
from sapa.desk.sight import is_sealed
from sapa.desk.wording import clean
from store import arrivals, contacts, messages
from store import chats as rows
from store.db import Tx
from store.ids import uuid7
from store.tables import ChatQuestion, Outbox

#: What is told to reporters where an officer sent a picture alone.
PICTURE_ONLY = "Sudah ditangani; lihat foto bukti."
STALE = "Balasan petugas di obrolan tidak dapat dijalankan: laporan sudah berubah. Mohon dicatat bila perlu."
REPLY = "Balasan petugas atas pemberitahuan bot, tanpa tombol; mohon dicatat pada laporannya."
#: What the door says of a message that has no words: a sticker, a contact, a poll.
_MARKS = re.compile(r"\A\[(?:stiker|kontak:|nomor telepon|pesan )[^\n]*\]\Z")
STRANGER = "Balasan di obrolan dari akun yang tidak berwenang."


def takes(tx: Tx, item: Prepared, sitting: Sitting) -> bool:
    """Whether a message is no citizen's but the office's: then it is done or kept, and opens no ticket.

    That is a command to link or let go, a reply to what the bot told officers, and whatever is
    written in a group. Not what a person took up by hand.
    """
    message = item.message
    if sitting.by_hand:
        return False
    order = chats.command(message, sitting.city)
    if order is not None and chats.obey(tx, order, message, sitting):
        arrivals.set_arrival(tx, sitting.arrival_id, "kept", chats.OFFICE)
        return True
    if message.in_reply_to and _replies(tx, item, sitting):
        return True
    if message.room:
        chats.chatter(tx, message, sitting)
    return bool(message.room)


def _replies(tx: Tx, item: Prepared, sitting: Sitting) -> bool:
    """Whether it is a reply to what the bot told officers; then it is dealt with."""
    message = item.message
    row = rows.told(tx, message.channel, message.in_reply_to)
    question = _question(tx, row, message, sitting)
    if question is not None:
        _answered(tx, question, item, sitting)
        return True
    if row is None or NOTICES[row.notice].audience != "chat" or message.room:
        return False
    arrivals.set_arrival(tx, sitting.arrival_id, "parked", REPLY)
    chats.say(tx, row.contact_id or 0, message.channel, "buttons", sitting)
    return True


def _question(tx: Tx, row: Outbox | None, message: InboundMessage, sitting: Sitting) -> ChatQuestion | None:
    """The question that a reply answers; to a message nobody knows, the one last asked.

    Such a message is a question that left twice, the first time just before a crash.
    """
    if row is not None:
        return rows.question(tx, int(row.data["question"])) if row.notice == "chat_asks" else None
    contact = contacts.find_contact(tx, message.channel, message.room or message.sender.value)
    chat = rows.linked(tx, contact) if contact is not None else None
    if chat is None or messages.find_message(tx, message.channel, message.account, message.in_reply_to):
        return None
    by = chats.actor(tx, message.channel, message.sender.value, chat.opd, sitting.now)
    return rows.open_question(tx, chat.id or 0, by.officer_id or 0) if by is not None else None


def _answered(tx: Tx, question: ChatQuestion, item: Prepared, sitting: Sitting) -> None:
    """Do the act with the words of the reply, or say why not; what was not done waits for a person."""
    message, chat = item.message, rows.get(tx, question.chat_id)
    told = chat_acts.notice(tx, question.notice_id, chat.contact_id) if chat is not None else None
    assert told is not None
    by = chats.actor(tx, message.channel, message.sender.value, told.row.opd, sitting.now)
    if is_sealed(told.ticket):
        what = "sealed"
    elif rows.linked(tx, told.contact) is None:
        what = "not_linked"
    elif question.answered_at is not None:
        what = _more(tx, question, item, told, by, sitting)
    else:
        what = chat_acts.refused(tx, question.act, told, by)
        if not what and by is not None:
            what = _done(tx, question, item, told, by, sitting)
    undone = what not in ("done", "proof", "edited", "need_words")
    why = (STRANGER if what in ("stranger", "not_yours") else STALE) if undone else chats.OFFICE
    arrivals.set_arrival(tx, sitting.arrival_id, "parked" if undone else "kept", why)
    if what not in ("proof", "edited"):
        about = told.ticket_id if what in ("done", "stale", "over") else None
        chats.say(tx, told.contact, message.channel, what, sitting, ticket_id=about)


def _done(tx: Tx, question: ChatQuestion, item: Prepared, told: Told, by: Actor, sitting: Sitting) -> str:
    """Decline or resolve with the words of the reply; what to say about it."""
    written = _MARKS.sub("", item.message.text)
    try:
        words = clean(written if written.strip() or not _pictured(question, item) else PICTURE_ONLY)
    except Invalid:
        return "too_long" if written.strip() else "need_words"
    proof = _keep(tx, item, told, sitting) if item.files else None
    if question.act == "decline":
        act = partial(acts.decline, reason=words, proof=proof)
    else:
        act = partial(acts.resolve, outcome="fixed", text=words, proof=proof)
    what = chat_acts.do(tx, question.act, act, told, by, sitting)
    question.answered_at = sitting.now
    chat_acts.strip(tx, told, sitting)
    return what


def _more(
    tx: Tx, question: ChatQuestion, item: Prepared, told: Told, by: Actor | None, sitting: Sitting
) -> str:
    """A further reply: the next picture of the same officer is proof, too; else it is over."""
    message = item.message
    known = messages.find_message(tx, message.channel, message.account, message.external_id)
    if known is not None or message.edited:
        return "edited"
    theirs = by is not None and by.officer_id == question.officer_id
    if not (_proves(question, item) and theirs and told.ticket.status == "resolved"):
        return "over"
    _keep(tx, item, told, sitting)
    return "proof"


def _proves(question: ChatQuestion, item: Prepared) -> bool:
    return question.act == "resolve" and bool(item.files)


def _pictured(question: ChatQuestion, item: Prepared) -> bool:
    """Whether it proves by what can be seen: no voice, and no sticker."""
    seen = any(file.media_type.startswith(("image/", "video/")) for file in item.files)
    return question.act == "resolve" and seen and not _MARKS.search(item.message.text)


def _keep(tx: Tx, item: Prepared, told: Told, sitting: Sitting) -> int:
    """The officer's pictures as a message of ours on the report; returns its id."""
    message = item.message
    proof = messages.add_proof(
        tx,
        uuid7(sitting.now),
        channel=message.channel,
        account=message.account,
        external_id=message.external_id,
        ticket_id=told.ticket_id,
        arrival_id=sitting.arrival_id,
        sent_at=message.sent_at,
        now=sitting.now,
    )
    pictures.attach(tx, proof, item.files, sitting.now)
    return proof
