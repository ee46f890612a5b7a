"""The message to a citizen: the words of a notice, in few letters where letters are paid for."""

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
