"""How the texts of a file write numbers, which a database does not keep."""

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

    def of(self, column: Column) -> Column:
        """Note it on a column of texts."""
        if not isinstance(column, TextColumn):
            return column
        return replace(column, decimal_comma=self.decimal_comma, semicolons=self.semicolons)


AS_IT_STANDS = Spelling()
