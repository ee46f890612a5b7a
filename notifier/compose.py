"""The message of a notice: to a citizen, in few letters where letters are paid for, and to the office."""

from typing import Any

from channels.message import Address, OutboundMessage
from notifier import texts
from notifier.brief import BRIEF, in_brief
from notifier.letterhead import Letterhead
from store.outbox import Claimed


def compose(
    row: Claimed, to: Address, context: dict[str, Any], token: str, head: Letterhead
) -> OutboundMessage:
    """The notice of `row` with a way to the report, where `context` has one (`track`).

    `token` is the reporter's, "" for anybody else.
    """
    if row.channel in BRIEF:
        text, link = in_brief(lambda given: texts.text(f"sms/{row.notice}", given), context, token, head)
    else:
        text, link = texts.text(row.notice, context), str(context.get("track", ""))
    return OutboundMessage(
        to=to,
        text=text,
        key=row.key,
        subject=texts.subject(row.notice, context),
        reply_token=token,
        template=row.notice,
        sender_name=head.brand,
        ref=str(context.get("ref", "")),
        actions=(("Lihat laporan", link),) if link else (),
    )


def letter(
    row: Claimed, to: Address, context: dict[str, Any], head: Letterhead, action: tuple[str, str]
) -> OutboundMessage:
    """The mail of `row` to the office about no ticket, with one link to act by (label, address)."""
    known = {"ref": "", "about": "", "week": ""}
    filled = {"brand": head.brand, "city": head.city, "to_name": to.name, **known, **context}
    return OutboundMessage(
        to=to,
        text=texts.text(row.notice, filled),
        key=row.key,
        subject=texts.subject(row.notice, filled),
        template=row.notice,
        sender_name=head.brand,
        actions=(action,),
    )
