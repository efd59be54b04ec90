"""How the texts of a file write numbers: by its separator, and by what cannot be read otherwise."""

from __future__ import annotations

from dataclasses import dataclass, replace

from calibrate.engines.columns import Column, DecimalComma, TextColumn


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """How numbers are written; see `TextColumn`.

    Attributes
    ----------
    decimal_comma : {"no", "likely", "sure"}
    semicolons : bool
    """

    decimal_comma: DecimalComma = "no"
    semicolons: bool = False

    @classmethod
    def by(cls, separator: str, *, needs_commas: bool) -> Spelling:
        """Tell it by what separates cells, and by whether a column is numbers only with commas."""
        semicolons = separator == ";"
        likely: DecimalComma = "likely" if semicolons else "no"
        return cls(decimal_comma="sure" if needs_commas else likely, semicolons=semicolons)

    def of(self, column: Column) -> Column:
        """Note it on a column of texts."""
        if not isinstance(column, TextColumn):
            return column
        return replace(column, decimal_comma=self.decimal_comma, semicolons=self.semicolons)


AS_IT_STANDS = Spelling()
