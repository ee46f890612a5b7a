"""Wire the rooms together: from a configuration to a running service."""

from sapa.bootstrap.service import Service, open_service
from sapa.bootstrap.values import agenda_rules, book_of, city_of, letterhead_of

__all__ = ["Service", "agenda_rules", "book_of", "city_of", "letterhead_of", "open_service"]
