"""Whoever writes by mail faster than people do may be a program that answers our answers: it gets none."""

from datetime import datetime, timedelta

from channels.base import Traits
from sapa.desk.city import City
from sapa.desk.incoming import Person
from store import messages
from store.db import Tx

#: So many messages within the time are a person's.
_HOUR, _MOST_AN_HOUR = timedelta(hours=1), 5
_DAY, _MOST_A_DAY = timedelta(days=1), 20


def is_hasty(tx: Tx, person: Person, channel: str, now: datetime, city: City) -> bool:
    """Whether a sender is neither thanked nor moves a ticket any more; what they write is kept and told.

    Counted are the messages of their thread, the one at hand among them.
    """
    if person.new or not city.channels.get(channel, Traits()).robots:
        return False
    an_hour, a_day = messages.heard_since(tx, person.conversation_id, now - _HOUR, now - _DAY)
    return an_hour > _MOST_AN_HOUR or a_day > _MOST_A_DAY
