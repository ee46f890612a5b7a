"""The post room: outbox to channels."""
