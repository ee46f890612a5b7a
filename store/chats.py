"""Linked chats of the office: codes, links, and what was asked there."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select, update

from store.db import Tx
from store.tables import ChatCode, ChatQuestion, OfficeChat, Outbox

#: Whether the chat `c` gets what the agency `:opd` is told: its groups, and who holds a post there now.
READS = """
c.until is null and (
  (c.kind = 'group' and c.opd = :opd)
  or (c.kind = 'person' and exists (
    select 1 from officer o where o.id = c.officer_id and o.active and (o.opd = :opd or exists (
      select 1 from acting a where a.officer_id = o.id and a.opd = :opd
      and a.ended_at is null and a.since <= :now and a.until > :now)))))
"""
_READS = "select 1 from office_chat c where c.contact_id = :contact and {reads}".replace("{reads}", READS)


def reads(tx: Tx, contact_id: int | None, opd: str, now: datetime) -> bool:
    """Whether the chat of this contact gets what the agency is told."""
    return bool(tx.run(_READS, contact=contact_id, opd=opd, now=now))


def add_code(tx: Tx, code: ChatCode, now: datetime) -> None:
    """A new code; earlier ones of its officer link nothing any more."""
    revoke_codes(tx, code.officer_id, now)
    tx.session.add(code)
    tx.flush()


def revoke_codes(tx: Tx, officer_id: int, now: datetime) -> None:
    """The officer's codes link nothing any more."""
    unused = (col(ChatCode.officer_id) == officer_id, col(ChatCode.used_at).is_(None))
    tx.session.exec(
        update(ChatCode).where(*unused, col(ChatCode.revoked_at).is_(None)).values(revoked_at=now)
    )


def code(tx: Tx, digest: str) -> ChatCode | None:
    """A code, whatever became of it."""
    return tx.session.get(ChatCode, digest, populate_existing=True)


def spend_code(tx: Tx, digest: str, now: datetime) -> bool:
    """Use a code up; False if somebody was quicker."""
    return bool(
        tx.changed(
            "UPDATE chat_code SET used_at = :now WHERE digest = :digest AND used_at IS NULL",
            digest=digest,
            now=now,
        )
    )


def link(tx: Tx, chat: OfficeChat) -> None:
    """A chat is linked from now on; what this contact was linked to before ends."""
    end_of_contact(tx, chat.contact_id, chat.since, "replaced")
    tx.session.add(chat)
    tx.flush()


def linked(tx: Tx, contact_id: int) -> OfficeChat | None:
    """The link of a contact that holds now."""
    here = (col(OfficeChat.contact_id) == contact_id, col(OfficeChat.until).is_(None))
    return tx.session.exec(select(OfficeChat).where(*here)).first()


def get(tx: Tx, chat_id: int) -> OfficeChat | None:
    """One link, also one that has ended."""
    return tx.session.get(OfficeChat, chat_id, populate_existing=True)


def everything(tx: Tx) -> Sequence[OfficeChat]:
    """The links that hold now, groups first, the newest first."""
    order = (col(OfficeChat.kind), col(OfficeChat.id).desc())
    return tx.session.exec(select(OfficeChat).where(col(OfficeChat.until).is_(None)).order_by(*order)).all()


def ended(tx: Tx, since: datetime) -> Sequence[OfficeChat]:
    """The links that ended after that moment, the latest first."""
    over = select(OfficeChat).where(col(OfficeChat.until) > since)
    return tx.session.exec(over.order_by(col(OfficeChat.until).desc()).limit(20)).all()


def end_of_contact(tx: Tx, contact_id: int, now: datetime, why: str) -> int:
    """The link of this contact ends; how many there were."""
    return tx.changed(
        "UPDATE office_chat SET until = :now, ended = :why WHERE contact_id = :contact AND until IS NULL",
        contact=contact_id,
        now=now,
        why=why,
    )


def end_of_officer(tx: Tx, officer_id: int, now: datetime, why: str) -> None:
    """Every own chat and every code of this officer ends; an agency's groups stay the agency's."""
    tx.run(
        "UPDATE office_chat SET until = :now, ended = :why"
        " WHERE officer_id = :officer AND kind = 'person' AND until IS NULL",
        officer=officer_id,
        now=now,
        why=why,
    )
    revoke_codes(tx, officer_id, now)


def count_chatter(tx: Tx, chat_id: int) -> None:
    """Something was written in a linked group that is no report."""
    tx.run("UPDATE office_chat SET chatter = chatter + 1 WHERE id = :id", id=chat_id)


def ask(tx: Tx, question: ChatQuestion) -> int:
    """An officer is asked for words; the id of the question."""
    tx.session.add(question)
    tx.flush()
    assert question.id is not None
    return question.id


def open_question(tx: Tx, chat_id: int, officer_id: int) -> ChatQuestion | None:
    """What this officer was asked last in this chat and has not answered."""
    theirs = (col(ChatQuestion.chat_id) == chat_id, col(ChatQuestion.officer_id) == officer_id)
    unanswered = select(ChatQuestion).where(*theirs, col(ChatQuestion.answered_at).is_(None))
    return tx.session.exec(unanswered.order_by(col(ChatQuestion.id).desc()).limit(1)).first()


def question(tx: Tx, question_id: int) -> ChatQuestion | None:
    """One question."""
    return tx.session.get(ChatQuestion, question_id, populate_existing=True)


def told(tx: Tx, channel: str, external_id: str) -> Outbox | None:
    """The newest notice that left as this message, if any did."""
    sent = (col(Outbox.channel) == channel, col(Outbox.external_id) == external_id)
    return tx.session.exec(
        select(Outbox).where(*sent, col(Outbox.external_id) != "").order_by(col(Outbox.id).desc()).limit(1)
    ).first()


def notice(tx: Tx, row_id: int) -> Outbox | None:
    """One notice of the outbox."""
    return tx.session.get(Outbox, row_id, populate_existing=True)
