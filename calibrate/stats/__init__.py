"""Statistics on counts: arrays of integers in, floats out. Nothing here knows a lead or a table."""
