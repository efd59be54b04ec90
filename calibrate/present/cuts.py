"""Thresholds side by side as plain text, 80 columns wide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calibrate.present.numbers import count_text, percent_text
from calibrate.present.terminal import clean, paragraph

if TYPE_CHECKING:
    from calibrate.cutting import CardCut, CardCuts


def cuts_text(found: CardCuts) -> str:
    """Answer with the threshold asked for, then show the other rules beside it."""
    first = found.cuts[0]
    names = f"{'rule':<30} {'score':>5} {'leads':>8}"
    head = f"  {names} {'a month':>8} {'customers':>10} {'close rate':>11}"
    return "\n".join(
        [
            *paragraph(_answer(found, first)),
            "",
            head,
            *(_row(one) for one in found.cuts),
            "",
            *paragraph(
                f"Leads are those of {clean(found.name)}; customers kept and close rate at or "
                f"above are those of the leads that taught the card `{clean(found.card.name)}`."
            ),
        ]
    )


def _answer(found: CardCuts, cut: CardCut) -> str:
    month = "" if cut.leads_a_month is None else f", {cut.leads_a_month:.0f} a month"
    of = "" if found.leads_a_month is None else f", {found.leads_a_month:.0f} a month"
    says = (
        f"From score {cut.taught.score} on ({cut.rule}) {count_text(cut.leads)} leads pass{month}, "
        f"of {count_text(found.leads)}{of}."
    )
    if found.is_met:
        return says
    return f"{says} No score meets the rule; this one comes nearest."


def _row(cut: CardCut) -> str:
    month = "" if cut.leads_a_month is None else f"{cut.leads_a_month:.0f}"
    return (
        f"  {cut.rule:<30} {cut.taught.score:>5} {count_text(cut.leads):>8} {month:>8} "
        f"{percent_text(cut.taught.customers_kept):>10} "
        f"{percent_text(cut.taught.close_rate_at_or_above):>11}"
    )
