"""The workbook of a run: its evidence, sheet by sheet, and a first page that takes a minute."""
