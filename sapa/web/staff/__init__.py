"""The staff console: queue, tickets and their acts, triage, what went nowhere, agenda, officers."""

from sapa.web.staff import agenda, agenda_acts, parked, people, person, post, queue, sealed, ticket, triage

#: One router a noun.
ROUTERS = (
    queue.router,
    triage.router,
    ticket.router,
    sealed.router,
    parked.router,
    post.router,
    agenda.router,
    agenda_acts.router,
    people.router,
    person.router,
)
