"""The office, and the keys: the only room that reads config, environment and clock."""
