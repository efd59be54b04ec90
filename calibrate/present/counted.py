"""Who was counted, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calibrate.outcomes import reasons_in_words
from calibrate.present.blocks import Block, Said, heading
from calibrate.present.numbers import count_text

if TYPE_CHECKING:
    from calibrate.leads import Leads


def counted_blocks(leads: Leads) -> list[Block]:
    """Say how many leads there are, and which of them are not counted."""
    said = [
        f"left out  {count_text(n)} {why}"
        for why, n in reasons_in_words(leads.left_out, leads.window_days)
    ]
    if leads.aside is not None:
        aside = leads.outcome.leads(leads.aside.rows)
        said.append(f"set aside {count_text(aside)} later ones, to judge the card")
    if leads.first and leads.last:
        said.append(f"created   {leads.first} to {leads.last}, data of {leads.as_of}")
    name = f"{leads.name}: {count_text(leads.total)} leads, {count_text(leads.counted)} counted"
    return [heading(name), *(Said(text=one, indent=2) for one in said)]


def all_leads_words(leads: Leads) -> str:
    """Say whom the rate of all leads has and the overall one has not."""
    if any(leads.left_out.values()):
        return "young and open ones included"
    return "those set aside included"
