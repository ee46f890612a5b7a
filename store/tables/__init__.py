"""Every table of the ledger. Rows are dumb: values are checked before they come here.

Times are aware UTC. `identity` is the only table that says who a citizen is; raw arrivals and
original files carry names too and are sealed with it.
"""

from store.tables.arrivals import Arrival, AttachmentRow, Blob, Message, MessageRevision
from store.tables.chats import ChatCode, ChatQuestion, OfficeChat
from store.tables.doors import ChannelState, Outage
from store.tables.lapor import LaporCase, LaporFault, LaporImport
from store.tables.office import (
    Acting,
    ActionLink,
    ActiveBook,
    Book,
    JobRun,
    LoginLimit,
    Officer,
    OfficerEvent,
    OfficerLink,
    Opd,
    RecoveryCode,
    SecondFactor,
    Session,
)
from store.tables.people import Contact, Conversation, Identity, IdentityLook
from store.tables.post import Outbox
from store.tables.tickets import (
    Claim,
    Deadline,
    Disposition,
    Event,
    RefBlock,
    Ticket,
    TicketOpd,
    TicketReporter,
)
from store.tables.visits import Agenda, Stop

__all__ = [
    "Acting",
    "ActionLink",
    "ActiveBook",
    "Agenda",
    "Arrival",
    "AttachmentRow",
    "Blob",
    "Book",
    "ChannelState",
    "ChatCode",
    "ChatQuestion",
    "Claim",
    "Contact",
    "Conversation",
    "Deadline",
    "Disposition",
    "Event",
    "Identity",
    "IdentityLook",
    "JobRun",
    "LaporCase",
    "LaporFault",
    "LaporImport",
    "LoginLimit",
    "Message",
    "MessageRevision",
    "OfficeChat",
    "Officer",
    "OfficerEvent",
    "OfficerLink",
    "Opd",
    "Outage",
    "Outbox",
    "RecoveryCode",
    "RefBlock",
    "SecondFactor",
    "Session",
    "Stop",
    "Ticket",
    "TicketOpd",
    "TicketReporter",
]
