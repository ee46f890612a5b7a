"""What kinds of message Telegram has, in our words: files, service notes, what is only about a message."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from channels._text import file_name, one_line
from channels.message import Attachment

#: How a file that Telegram still has is named in `Attachment.remote`.
HANDLE = "telegram:"


class FileKind(NamedTuple):
    """The name and media type of a file that tells none itself."""

    name: str
    media_type: str


#: Where a message's file is. An animation also comes as `document`, so it stands first.
FILES: Mapping[str, FileKind] = {
    "animation": FileKind("animasi.mp4", "video/mp4"),
    "document": FileKind("dokumen", "application/octet-stream"),
    "audio": FileKind("audio.mp3", "audio/mpeg"),
    "voice": FileKind("suara.ogg", "audio/ogg"),
    "video": FileKind("video.mp4", "video/mp4"),
    "video_note": FileKind("video-bulat.mp4", "video/mp4"),
    "sticker": FileKind("stiker.webp", "image/webp"),
}
PHOTO = FileKind("foto.jpg", "image/jpeg")
_CONTENT = ("text", "caption", "photo", "location", "venue", "contact", *FILES)
#: Kinds we cannot show yet, as people call them.
NAMES: Mapping[str, str] = {
    "poll": "jajak pendapat",
    "checklist": "daftar centang",
    "dice": "dadu",
    "game": "permainan",
    "invoice": "tagihan",
    "story": "cerita",
    "paid_media": "media berbayar",
    "live_photo": "foto bergerak",
    "gift": "hadiah",
    "unique_gift": "hadiah",
    "giveaway": "undian",
    "giveaway_winners": "undian",
}
#: Notes of Telegram itself about a chat: nobody wrote them.
SERVICE = frozenset(
    """
    new_chat_members left_chat_member chat_owner_left chat_owner_changed new_chat_title new_chat_photo
    delete_chat_photo group_chat_created supergroup_chat_created channel_chat_created
    message_auto_delete_timer_changed migrate_to_chat_id migrate_from_chat_id pinned_message
    successful_payment refunded_payment users_shared chat_shared connected_website write_access_allowed
    passport_data proximity_alert_triggered boost_added chat_background_set checklist_tasks_done
    checklist_tasks_added direct_message_price_changed forum_topic_created forum_topic_edited
    forum_topic_closed forum_topic_reopened general_forum_topic_hidden general_forum_topic_unhidden
    giveaway_created giveaway_completed paid_message_price_changed suggested_post_approved
    suggested_post_approval_failed suggested_post_declined suggested_post_paid suggested_post_refunded
    video_chat_scheduled video_chat_started video_chat_ended video_chat_participants_invited
    web_app_data gift_upgrade_sent managed_bot_created
    """.split()  # noqa: SIM905
)
#: What is said about a message, not in it.
ABOUT = frozenset(
    """
    message_id message_thread_id direct_messages_topic from sender_chat sender_boost_count sender_business_bot
    sender_tag date business_connection_id chat forward_origin forward_from forward_from_chat
    forward_from_message_id forward_signature forward_sender_name forward_date is_topic_message
    is_automatic_forward reply_to_message external_reply quote reply_to_story reply_to_checklist_task_id
    reply_to_poll_option_id via_bot edit_date has_protected_content is_from_offline is_paid_post
    media_group_id author_signature paid_star_count entities link_preview_options suggested_post_info
    effect_id caption_entities show_caption_above_media has_media_spoiler reply_markup text caption
    """.split()  # noqa: SIM905
)
#: Updates that are no message to the city: posts of channels, reactions, other people's business.
OTHER_UPDATES = frozenset(
    """
    channel_post edited_channel_post business_connection business_message edited_business_message
    deleted_business_messages message_reaction message_reaction_count inline_query chosen_inline_result
    shipping_query pre_checkout_query purchased_paid_media poll poll_answer chat_member
    chat_join_request chat_boost removed_chat_boost managed_bot
    """.split()  # noqa: SIM905
)


def files(message: Mapping[str, Any]) -> tuple[Attachment, ...]:
    """The message's file, to be fetched later; of a photo its largest size."""
    if message.get("photo"):
        return (_file(max(message["photo"], key=_area), PHOTO),)
    kind = next((kind for kind in FILES if message.get(kind)), "")
    if kind:
        return (_file(message[kind], FILES[kind]),)
    strange = message.get(unknown(message))
    if isinstance(strange, dict) and isinstance(strange.get("file_id"), str):
        return (_file(strange, FILES["document"]),)
    return ()


def unknown(message: Mapping[str, Any]) -> str:
    """The kind of a message in which nothing is known to us, "" if something is.

    A message of a kind this Bot API cannot tell comes with nothing in it: its kind is "tak dikenal".
    """
    if any(message.get(kind) for kind in _CONTENT):
        return ""
    strange = (str(kind) for kind in message if kind not in ABOUT and kind not in SERVICE)
    return next(strange, "" if is_service(message) else "tak dikenal")


def is_service(message: Mapping[str, Any]) -> bool:
    """Whether it is a note of Telegram's own, with nothing anybody said."""
    return bool(SERVICE.intersection(message)) and not any(message.get(kind) for kind in _CONTENT)


def shown(kind: str) -> str:
    """The line that stands for a message of a kind we cannot show."""
    name = NAMES.get(kind) or one_line(kind.replace("_", " "), 40)
    return f"[pesan jenis {name}, belum dapat ditampilkan]"


def _area(size: Mapping[str, Any]) -> int:
    return int(size.get("width", 0)) * int(size.get("height", 0))


def _file(media: Mapping[str, Any], kind: FileKind) -> Attachment:
    handle, name, media_type = media["file_id"], media.get("file_name"), media.get("mime_type")
    if not isinstance(handle, str) or not handle or len(handle) > 500:
        raise ValueError("file_id")
    if media.get("is_animated"):
        kind = FileKind("stiker.tgs", "application/x-tgsticker")
    elif media.get("is_video"):
        kind = FileKind("stiker.webm", "video/webm")
    return Attachment(
        name=file_name(name, kind.name) if isinstance(name, str) else kind.name,
        media_type=one_line(media_type, 100) if isinstance(media_type, str) else kind.media_type,
        remote=HANDLE + one_line(handle),
    )
