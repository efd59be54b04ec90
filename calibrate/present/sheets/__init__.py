"""Sheets of a workbook: how they look, and what more than one workbook has in it."""
