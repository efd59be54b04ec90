"""Engines count: a table of leads becomes small tables of integers. They know no statistics."""
