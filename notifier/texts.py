"""The words of a notice: its template filled in."""

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from notifier.notices import NOTICES
from notifier.words import line

_TEMPLATES = Environment(  # noqa: S701 (plain text: escaping would spoil it)
    loader=PackageLoader("notifier"),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    auto_reload=False,
)


def subject(notice: str, context: dict[str, Any]) -> str:
    """The subject line, at most 150 characters."""
    return line(NOTICES[notice].subject.format_map(context), 150)


def text(template: str, context: Mapping[str, Any]) -> str:
    """The text of `templates/TEMPLATE.txt` (`sms/KIND`: in few letters); ends with one line break."""
    return _TEMPLATES.get_template(f"{template}.txt").render(context).strip() + "\n"
