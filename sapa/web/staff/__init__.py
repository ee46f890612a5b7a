"""The staff console: queue, tickets and their acts, triage, what went nowhere, agenda, officers."""

from sapa.web.staff import (
    agenda,
    agenda_acts,
    bulk,
    calls,
    chats,
    doors,
    lapor,
    parked,
    people,
    person,
    post,
    queue,
    register,
    sealed,
    ticket,
    triage,
    work,
)

#: One router a noun.
ROUTERS = (
    queue.router,
    register.router,
    work.router,
    bulk.router,
    triage.router,
    ticket.router,
    sealed.router,
    parked.router,
    post.router,
    calls.router,  # before the channels: its addresses look like one's
    doors.router,
    lapor.router,
    agenda.router,
    agenda_acts.router,
    chats.router,
    people.router,
    person.router,
)
