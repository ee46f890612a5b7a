"""The demo city: what its people complain about."""
