"""Leads that stay where they are: the same few verbs, asked of a database in SQL."""
