"""How results look: text, plots, the report. Computes nothing that is not on the page already."""
