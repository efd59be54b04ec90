"""What looks wrong with leads is said, with the line that settles it; the rest is left alone."""

from __future__ import annotations

import datetime as dt
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from calibrate import Leads, Scorecard, calibrate, read_leads
from calibrate.counts import count_attribute
from calibrate.engines.cells import from_objects
from calibrate.errors import Finding, LeadsError
from calibrate.present.report import report_html
from calibrate.suspects.leaks import cross_fitted_auc
from calibrate.suspects.placeholders import placeholders, sentinels

N = 1_000
SOLD = np.arange(N) % 5 == 0
"""Every fifth lead is a customer, and nothing else tells them apart."""


def frame(seed: int = 1, **columns: Any) -> pd.DataFrame:
    """Leads with an id, a harmless source, and further columns."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "lead_id": [f"L{row}" for row in range(N)],
            "source": rng.choice(["Fair", "Web", "Mail"], N),
            "converted": SOLD.astype(int),
        }
        | columns
    )


def draw(seed: int, values: list[Any], shares: list[float] | None = None) -> np.ndarray:
    return np.random.default_rng(seed).choice(np.array(values, dtype=object), N, p=shares)


def found(leads: Leads, code: str) -> list[Finding]:
    return [one for one in leads.findings if one.code == code]


def one_finding(leads: Leads, code: str) -> Finding:
    (one,) = found(leads, code)
    return one


def names(leads: Leads) -> list[str]:
    return [one.name for one in leads.attributes]


def withheld(leads: Leads) -> list[str]:
    return [one.name for one in leads.withheld]


# ------------------------------------------------------------------ leaks


def telling(auc: float, seed: int = 2) -> np.ndarray:
    """Two values that rank leads with about this AUC: true with this chance."""
    right = np.random.default_rng(seed).random(N) < auc
    return np.where(right == SOLD, "A", "B")


def test_what_tells_all_is_withheld() -> None:
    leads = read_leads(frame(owner=telling(0.98)))
    assert names(leads) == ["source"]
    (held,) = leads.withheld
    assert held.name == "owner"
    assert held.auc == pytest.approx(0.98, abs=0.015)
    finding = one_finding(leads, "leak-withheld")
    assert finding.severity == "warning"
    assert finding is leads.findings[0]
    assert "`attributes: {owner: {wanted: true}}`" in finding.fix


def test_what_tells_much_is_not_withheld_under_a_harmless_name() -> None:
    assert "owner" in names(read_leads(frame(owner=telling(0.9))))


@pytest.mark.parametrize(
    "name",
    [
        *("deal_value", "Deal Value", "lost_reason", "stage", "Tags", "duration", "won_by"),
        *("Lead Quality", "closing_call", "invoice_no", "PaymentTerms"),
    ],
)
def test_what_is_named_like_an_outcome_is_withheld_sooner(name: str) -> None:
    leads = read_leads(frame(**{name: telling(0.75)}))
    assert withheld(leads) == [name]
    assert "named like an outcome" in one_finding(leads, "leak-withheld").says


@pytest.mark.parametrize(
    "name", ["wonder", "backstage", "costage", "dealer", "postal_code", "reasonable", "advantages"]
)
def test_a_name_that_only_contains_an_outcome_is_none(name: str) -> None:
    assert withheld(read_leads(frame(**{name: telling(0.75)}))) == []


def test_a_name_alone_makes_no_leak() -> None:
    assert withheld(read_leads(frame(deal_stage=telling(0.6)))) == []


def filled(customers: int, others: int, *values: str) -> list[str | None]:
    """A column that some customers and some others have filled."""
    column: list[str | None] = [None] * N
    rows = [*np.flatnonzero(SOLD)[:customers], *np.flatnonzero(~SOLD)[:others]]
    for place, row in enumerate(rows):
        column[row] = values[place % len(values)]
    return column


def test_a_column_filled_for_customers_alone_is_withheld() -> None:
    """Filled on 40 of 200 customers, it ranks leads with .6 only; its values are all customers."""
    leads = read_leads(frame(owner=filled(40, 0, "Ann", "Bob")))
    assert withheld(leads) == ["owner"]
    assert "filled for customers alone (40 of 40)" in one_finding(leads, "leak-withheld").says
    assert withheld(read_leads(frame(owner=filled(40, 2, "Ann", "Bob")))) == ["owner"]


def test_a_column_filled_for_others_too_is_not_withheld() -> None:
    leads = read_leads(frame(owner=filled(40, 20, "Ann", "Bob")))
    assert withheld(leads) == []


def test_one_value_on_customers_alone_is_questioned_and_not_withheld() -> None:
    """A webinar after which everybody buys: the best thing on the card, or a leak."""
    run = calibrate(frame(webinar=filled(40, 0, "yes")))
    assert withheld(run.leads) == []
    finding = one_finding(run.leads, "level-questioned")
    assert "`webinar`: 40 of 40 leads with `yes` closed" in finding.says
    assert "`exclude: [webinar]`" in finding.fix
    assert (
        max(dict(zip(names(run.leads), run.points.attributes, strict=True))["webinar"].points) > 0
    )


@pytest.mark.parametrize(
    ("customers", "others", "questioned"),
    [(38, 2, True), (37, 3, False), (10, 0, True), (9, 0, False)],
)
def test_a_level_is_questioned_from_95_percent_on(
    customers: int, others: int, questioned: bool
) -> None:
    level = filled(customers, others, "demo")
    column = ["none" if value is None else value for value in level]
    leads = read_leads(frame(step=column))
    assert "step" in names(leads)
    assert bool(found(leads, "level-questioned")) == questioned


def test_where_almost_all_close_no_level_is_questioned() -> None:
    table = frame(step=draw(3, ["a", "b"])).assign(converted=(np.arange(N) % 50 != 0).astype(int))
    assert found(read_leads(table), "level-questioned") == []


def test_a_column_of_different_values_filled_for_customers_alone_is_withheld() -> None:
    numbers = [f"C-{row:04d}x" for row in range(N)]
    column = np.where(SOLD, np.array(numbers, dtype=object), None)
    leads = read_leads(frame(account=column))
    assert withheld(leads) == ["account"]
    assert withheld(read_leads(frame(account=numbers))) == []


def test_all_columns_of_a_table_of_customers_are_withheld_in_one_finding(tmp_path: Path) -> None:
    table = frame()
    table.to_csv(tmp_path / "leads.csv", index=False)
    deals = pd.DataFrame(
        {
            "lead_id": table["lead_id"],
            "segment": draw(4, ["pet", "car"]),
            "contact": [f"rep {row}" for row in range(N)],
            "size": draw(5, [None, "small", "large"], [0.9, 0.05, 0.05]),
        }
    )
    deals[SOLD].iloc[:150].to_csv(tmp_path / "deals.csv", index=False)
    spec: dict[str, Any] = {"join": [{"path": "deals.csv", "on": "lead_id"}]}
    leads = read_leads(tmp_path / "leads.csv", spec)
    assert set(withheld(leads)) == {"segment", "contact", "size"}
    assert names(leads) == ["source"]
    says = one_finding(leads, "leak-withheld").says
    assert says.startswith("deals.csv has a row for customers alone")
    assert all(f"`{name}`" in says for name in ("segment", "contact", "size"))
    back = read_leads(tmp_path / "leads.csv", spec | {"attributes": {"segment": {"wanted": True}}})
    assert "segment" in names(back)
    assert set(withheld(back)) == {"contact", "size"}


def test_a_joined_table_with_rows_for_many_leads_is_no_leak(tmp_path: Path) -> None:
    table = frame()
    table.to_csv(tmp_path / "leads.csv", index=False)
    firms = pd.DataFrame({"lead_id": table["lead_id"], "staff": draw(6, ["few", "many"])})
    firms[(np.arange(N) % 3 > 0) | SOLD].to_csv(tmp_path / "firms.csv", index=False)
    leads = read_leads(tmp_path / "leads.csv", {"join": [{"path": "firms.csv", "on": "lead_id"}]})
    assert withheld(leads) == []


def test_wanted_brings_an_attribute_back_and_says_so() -> None:
    spec = {"attributes": {"owner": {"wanted": True}}}
    run = calibrate(frame(owner=telling(0.98)), spec)
    assert withheld(run.leads) == []
    assert any(dict(zip(names(run.leads), run.points.attributes, strict=True))["owner"].points)
    finding = one_finding(run.leads, "looks-like-a-leak")
    assert "because the spec says `wanted`" in finding.says
    assert "`exclude: [owner]`" in finding.fix


def test_what_is_withheld_stands_in_card_and_report() -> None:
    run = calibrate(frame(owner=telling(0.98), step=telling(0.6, seed=3)))
    card = Scorecard.from_yaml(run.scorecard.to_yaml())
    assert [one.attribute for one in card.withheld] == ["owner"]
    assert "owner" not in [one.name for one in card.attributes]
    page = unescape(report_html(run))
    assert one_finding(run.leads, "leak-withheld").says.replace("`", "") in page.replace(
        "<code>", ""
    ).replace("</code>", "").replace("`", "")


def test_only_leaks_is_an_error_that_says_how_to_go_on() -> None:
    table = frame(owner=telling(0.98), agent=telling(0.97, seed=9)).drop(columns="source")
    with pytest.raises(LeadsError) as fault:
        read_leads(table)
    said = str(fault.value)
    assert "every column that could tell leads apart looks like a leak" in said
    assert "`owner`" in said
    assert "(1 more look so too.)" in said
    assert "wanted: true" in said


def test_a_column_of_many_values_that_says_nothing_ranks_like_chance() -> None:
    """300 values on 3 000 leads, 50 times: in-sample they would rank with .7 and more."""
    ranked = []
    for seed in range(50):
        rng = np.random.default_rng(seed)
        table = pd.DataFrame(
            {
                "deal_stage": rng.choice([f"v{place}" for place in range(300)], 3_000),
                "lead_id": [f"L{row}" for row in range(3_000)],
                "converted": (rng.random(3_000) < 0.2).astype(int),
            }
        )
        leads = read_leads(table, {"min_leads": 1})
        assert withheld(leads) == []
        counted = count_attribute(leads.engine, leads.attributes[0], by_shard=True)
        assert counted.by_shard is not None
        ranked.append(cross_fitted_auc(*counted.by_shard))
    # One AUC of 600 customers and 2 400 others has a standard error of .013.
    assert np.mean(ranked) == pytest.approx(0.5, abs=0.01)
    assert np.abs(np.array(ranked) - 0.5).max() < 0.06


# ------------------------------------------------------------------ values


@pytest.mark.parametrize(
    "text", ["Select", "unknown", "N/A", "-", "--None--", "  TBD ", "Not Specified", "#N/A", "?"]
)
def test_placeholders_are_reported(text: str) -> None:
    leads = read_leads(frame(budget=draw(7, [text, "small", "large"], [0.2, 0.4, 0.4])))
    finding = one_finding(leads, "placeholders")
    count = int((leads.engine.columns["budget"].codes > 0).sum())  # type: ignore[union-attr]
    assert count == N  # they stay levels until the spec says otherwise
    assert f"`{text.strip()}` in `budget` (" in finding.says
    line = finding.fix.removeprefix("If so: `").removesuffix("`.")
    settled = read_leads(frame(budget=draw(7, [text, "small"], [0.2, 0.8])), _spec(line))
    assert found(settled, "placeholders") == []


def _spec(line: str) -> Any:
    from calibrate import Spec

    return Spec.from_text(line)


@pytest.mark.parametrize("text", ["Nora", "Selected", "no", "other", "None of these", "Nonesuch"])
def test_words_are_no_placeholders(text: str) -> None:
    assert placeholders(from_objects(["small", text, text])) == {}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([-1, -99, 0, 1, 2, 3, 4], {-1.0: 1, -99.0: 1}),
        ([1, 2, 3, 999, 9999], {999.0: 1, 9999.0: 1}),
        ([-1, 0, 1], {}),
        ([1, 4, 9, 31, 999, 999], {999: 2}),
        ([0, 4, 9, 31, -1], {-1: 1}),
        ([20, 30, 40, 9999], {9999: 1}),
        ([20, 30, 44, 99], {99: 1}),
        ([5, 6, 7, -999, 8], {-999: 1}),
        ([-1, 3, 999, 50], {-1: 1, 999: 1}),
        ([-5, -4, -3, -2, -1, 0, 1, 2, 3], {}),
        ([0, 250, 990, 1000], {}),
        ([0, 400, 800, 999], {}),
        ([970, 980, 990, 999], {}),
        ([1, 50, 98, 99, 100], {}),
        ([0, 10, 60, 99], {}),
        ([-40.5, -1, 12, 30], {}),
        ([-1, -0.5, 0, 0.5], {}),
        ([-99, -98, -20, 4], {}),
        ([0, 3, 5, 1000], {}),
        ([1, 2], {}),
        ([np.nan, np.nan], {}),
    ],
)
def test_sentinels_stand_apart_from_all_other_numbers(
    numbers: list[float], expected: dict[float, int]
) -> None:
    assert sentinels(np.array(numbers, dtype=float)) == expected


def test_a_sentinel_is_reported_with_the_line_that_settles_it() -> None:
    table = frame(visits=draw(8, [*range(30), 999]))
    finding = one_finding(read_leads(table), "sentinel")
    count = int((table["visits"] == 999).sum())
    assert f"`visits` is 999 on {count} leads" in finding.says
    line = finding.fix.removeprefix("If so: `").removesuffix("`.")
    settled = read_leads(table, _spec(line))
    assert found(settled, "sentinel") == []
    assert int(np.isnan(settled.engine.columns["visits"].values()).sum()) == count


def test_infinite_numbers_are_reported() -> None:
    visits = np.arange(N, dtype=float) % 40
    visits[:7] = np.inf
    visits[7:10] = -np.inf
    leads = read_leads(frame(visits=visits))
    assert "`visits` is infinite on 10 leads" in one_finding(leads, "infinite").says
    assert found(read_leads(frame(visits=np.arange(N) % 40)), "infinite") == []


def test_a_value_called_other_is_reported() -> None:
    table = frame(need=draw(9, ["(Other)", "tool", "advice"]))
    finding = one_finding(read_leads(table), "reserved-name")
    assert f"`need` says `(other)` on {(table['need'] == '(Other)').sum()} leads" in finding.says
    plain = frame(need=draw(9, ["Other", "tool", "advice"]))
    assert found(read_leads(plain), "reserved-name") == []


@pytest.mark.parametrize(
    ("values", "coded"),
    [
        (range(1, 16), True),
        (range(0, 15), False),
        ([1, 2, 3, 5, 8, 13, 21, 34, 55, 89], False),
        (np.arange(1, 16) / 2, False),
        (range(1, 60), False),
    ],
    ids=["codes", "counts from nothing", "gaps", "halves", "too many"],
)
def test_numbers_that_may_be_codes(values: Any, coded: bool) -> None:
    leads = read_leads(frame(slots=draw(10, list(values))))
    assert [one.kind for one in leads.attributes if one.name == "slots"] == ["number"]
    assert bool(found(leads, "numeric-code")) == coded


def test_numbers_named_like_codes_may_be_codes() -> None:
    values = list(range(0, 900, 7))
    assert found(read_leads(frame(slots=draw(10, values))), "numeric-code") == []
    assert (
        "`Region Code`"
        in one_finding(read_leads(frame(**{"Region Code": draw(10, values)})), "numeric-code").says
    )


def test_codes_are_settled_by_the_line_that_is_proposed() -> None:
    table = frame(region=draw(10, list(range(1, 16))))
    finding = one_finding(read_leads(table), "numeric-code")
    line = finding.fix.partition("`")[2].rpartition("`")[0]
    settled = read_leads(table, _spec(line))
    assert [one.kind for one in settled.attributes if one.name == "region"] == ["category"]
    assert found(settled, "numeric-code") == []


def test_exact_copies_are_reported_whatever_their_values_are_called() -> None:
    country = draw(11, ["DE", "AT", "CH"])
    land = pd.Series(country).map({"DE": "Germany", "AT": "Austria", "CH": "Switzerland"})
    nearly = country.copy()
    nearly[0] = "CH" if nearly[0] != "CH" else "DE"
    leads = read_leads(frame(country=country, land=land, nearly=nearly))
    finding = one_finding(leads, "exact-copies")
    assert "`land` exactly as `country` does" in finding.says
    assert "nearly" not in finding.says
    assert "`exclude: [land]`" in finding.fix


# ------------------------------------------------------------------ spellings


def test_spellings_that_were_joined_are_counted() -> None:
    table = frame(channel=draw(12, ["Google", "google", "GOOGLE ", "Bing"]))
    says = one_finding(read_leads(table), "spellings-joined").says
    counts = table["channel"].value_counts()
    for text in ("Google", "google", "GOOGLE "):
        assert f"`{text}` ({counts[text]})" in says
    assert "Bing" not in says


def beside(common: str, rare: str) -> pd.DataFrame:
    return frame(channel=draw(13, [common, rare, "Elsewhere"], [0.6, 0.03, 0.37]))


@pytest.mark.parametrize(
    ("common", "rare"),
    [
        ("Google", "Googel"),
        ("Google", "Gogle"),
        ("Google", "Gooogle"),
        ("LinkedIn", "LinkedIm"),
        ("e-mail", "E Mail"),
        ("google", "www.google.com"),
        ("google", "https://google.com/"),
        ("Zürich", "Zurich"),
        ("Trade show", "Trade-show"),
        ("Newsletter", "News letter"),
    ],
)
def test_near_duplicates_are_reported_and_settled_by_the_proposed_line(
    common: str, rare: str
) -> None:
    table = beside(common, rare)
    finding = one_finding(read_leads(table), "near-duplicates")
    counts = table["channel"].value_counts()
    assert f"`{rare}` ({counts[rare]} leads) and `{common}` ({counts[common]})" in finding.says
    settled = read_leads(table, _spec(finding.fix.removeprefix("If so: `").removesuffix("`.")))
    assert found(settled, "near-duplicates") == []


@pytest.mark.parametrize(
    ("common", "rare"),
    [
        ("Male", "Female"),
        ("Female", "Male"),
        ("Team 01", "Team 02"),
        ("Organic Search", "Organic Social"),
        ("Austria", "Australia"),
        ("Australia", "Austria"),
        ("paid", "said"),
        ("Iran", "Iraq"),
        ("Q1 plan", "Q2 plan"),
        ("50-99", "100-499"),
        ("Niger", "Nigeria"),
        ("A", "B"),
        ("+", "-?"),
    ],
)
def test_different_values_are_no_near_duplicates(common: str, rare: str) -> None:
    assert found(read_leads(beside(common, rare)), "near-duplicates") == []


def test_values_one_letter_apart_on_as_many_leads_are_no_slips() -> None:
    table = frame(channel=draw(13, ["Gambia", "Zambia", "Elsewhere"]))
    assert found(read_leads(table), "near-duplicates") == []


# ------------------------------------------------------------------ repeats


def unlike(seed: int = 14) -> pd.DataFrame:
    """Leads no two of which are alike."""
    rng = np.random.default_rng(seed)
    return frame(cost=rng.random(N).round(6), distance=rng.random(N).round(6))


def test_rows_equal_in_all_but_the_id_are_reported() -> None:
    table = unlike()
    keep = table["lead_id"].iloc[[40, 700]].to_numpy()
    table.iloc[40] = table.iloc[10]
    table.iloc[700] = table.iloc[10]
    table.loc[[40, 700], "lead_id"] = keep
    finding = one_finding(read_leads(table), "repeated-rows")
    assert finding.severity == "warning"
    assert "2 rows repeat another in everything but `lead_id`" in finding.says
    assert "index 10 and index 40" in finding.says


def test_rows_alike_in_coarse_tables_are_chance() -> None:
    leads = read_leads(frame(country=draw(15, ["DE", "AT"]), box=draw(16, ["yes", "no"])))
    assert found(leads, "repeated-rows") == []
    assert found(read_leads(unlike()), "repeated-rows") == []


def repeated_ids() -> pd.DataFrame:
    table = unlike()
    further = table.iloc[:3].assign(cost=[5.0, 6.0, 7.0], converted=1 - table["converted"].iloc[:3])
    return pd.concat([table, further], ignore_index=True)


def test_repeated_ids_are_refused_until_the_spec_says_which_wins() -> None:
    with pytest.raises(LeadsError, match=r"`repeated: first` or `repeated: last`"):
        read_leads(repeated_ids())


@pytest.mark.parametrize(("wins", "highest", "customers"), [("first", 1, 200), ("last", 7, 201)])
def test_of_repeated_ids_one_row_wins(wins: str, highest: float, customers: int) -> None:
    """Rows 0 to 2 come again; the first of them was a customer, then the other two are."""
    leads = read_leads(repeated_ids(), {"repeated": wins})
    assert (leads.counted, leads.customers) == (N, customers)
    assert leads.left_out["repeated"] == 3
    costs = leads.engine.columns["cost"].values()
    assert (costs.max() <= 1) == (highest == 1)


# ------------------------------------------------------------------ time


DAYS = 300


def dated(seed: int = 17, rows: int = 3_000, *, rate: float = 0.2, slow: float = 0) -> pd.DataFrame:
    """Leads over ten months; closes come after 30 days on average, of `slow` Mail leads later."""
    rng = np.random.default_rng(seed)
    created = np.datetime64("2025-01-01") + np.sort(rng.integers(0, DAYS, rows))
    source = rng.choice(["Fair", "Web", "Mail"], rows)
    days = np.ceil(rng.exponential(30, rows)).astype(int)
    days = np.where((source == "Mail") & (rng.random(rows) < slow), days + 70, days)
    closed = created + days
    sold = (rng.random(rows) < rate) & (closed < np.datetime64("2025-11-01"))
    return pd.DataFrame(
        {
            "lead_id": [f"L{row}" for row in range(rows)],
            "created_at": created.astype(str),
            "converted_at": np.where(sold, closed.astype(str), None),
            "source": source,
            "size": rng.choice(["small", "large"], rows),
        }
    )


TIME: dict[str, Any] = {"window_days": 90, "as_of": dt.date(2025, 10, 31)}
WARNED = {
    *("filled-lately", "filled-no-more", "window-cuts", "truncated-cohorts", "close-rate-drifts"),
    "slow-level",
}


def test_steady_leads_raise_no_doubt_about_time() -> None:
    assert not WARNED & {one.code for one in read_leads(dated(), TIME).findings}


def test_a_column_filled_only_lately_is_reported() -> None:
    table = dated()
    table.loc[table["created_at"] >= "2025-06-01", "size"] = "tall"
    table.loc[table["created_at"] < "2025-06-01", "size"] = None
    table.loc[::2, "size"] = table["size"].where(table["size"].isna(), "short")
    finding = one_finding(read_leads(table, TIME), "filled-lately")
    assert finding.severity == "warning"
    day = dt.date.fromisoformat(finding.says.split("filled only from ")[1][:10])
    assert abs((day - dt.date(2025, 6, 1)).days) <= 2
    assert "`exclude: [size]`" in finding.fix
    assert f"`leads: {{since: {day}}}`" in finding.fix
    settled = read_leads(table, TIME | {"leads": {"since": day}})
    assert found(settled, "filled-lately") == []
    assert settled.left_out["created_before_since"] > 0


def test_a_column_filled_no_more_is_reported() -> None:
    table = dated()
    table.loc[table["created_at"] >= "2025-05-01", "size"] = None
    finding = one_finding(read_leads(table, TIME), "filled-no-more")
    day = dt.date.fromisoformat(finding.says.split("filled only until ")[1][:10])
    assert abs((day - dt.date(2025, 4, 30)).days) <= 3


def test_a_column_with_even_gaps_was_filled_all_the_time() -> None:
    table = dated()
    table.loc[np.random.default_rng(18).random(len(table)) < 0.7, "size"] = None
    leads = read_leads(table, TIME)
    assert found(leads, "filled-lately") + found(leads, "filled-no-more") == []


def test_a_window_that_cuts_off_closes_is_reported_with_a_better_one() -> None:
    leads = read_leads(dated(), TIME | {"window_days": 30})
    finding = one_finding(leads, "window-cuts")
    assert "30 days cuts off 3" in finding.says  # exp(-1) of them
    assert leads.outcome.curve is not None
    assert f"`window_days: {leads.outcome.curve.advised_window()}`" in finding.fix
    advised = leads.outcome.curve.advised_window()
    assert 60 <= advised <= 78  # 30 ln 10 is 69
    settled = read_leads(dated(), TIME | {"window_days": advised})
    assert found(settled, "window-cuts") == []


def test_early_cohorts_whose_closes_were_not_recorded_are_reported() -> None:
    table = dated()
    table.loc[table["converted_at"] < "2025-05-01", "converted_at"] = None
    finding = one_finding(read_leads(table, TIME), "truncated-cohorts")
    since = dt.date.fromisoformat(finding.fix.split("since: ")[1][:10])
    assert dt.date(2025, 5, 1) <= since <= dt.date(2025, 6, 1)
    assert f"the first on {table['converted_at'].dropna().min()}" in finding.says


def test_a_close_rate_that_drifts_is_reported() -> None:
    early, late = dated(rate=0.35), dated(rate=0.12)
    table = early.where(early["created_at"] < "2025-05-01", late.set_axis(early.index))
    finding = one_finding(read_leads(table, TIME), "close-rate-drifts")
    assert "from the first created to the last" in finding.says


def test_drift_without_dates_is_by_place_in_the_file() -> None:
    chance = np.random.default_rng(19).random(N) < np.linspace(0.05, 0.5, N)
    finding = one_finding(
        read_leads(frame().assign(converted=chance.astype(int))), "close-rate-drifts"
    )
    assert "from the top of the file to its end" in finding.says
    assert "leads: {created: COLUMN}" in finding.fix
    assert "set the last rows aside" in finding.fix


def test_drift_of_leads_whose_last_rows_judge_does_not_ask_to_set_them_aside() -> None:
    chance = np.random.default_rng(19).random(N) < np.linspace(0.05, 0.5, N)
    table = frame().assign(converted=chance.astype(int))
    found = calibrate(table, {"fit": {"holdout": "last:0.25"}}).findings
    (drifts,) = [one for one in found if one.code == "close-rate-drifts"]
    assert (
        drifts.fix
        == "Name the column that says when leads were created (`leads: {created: COLUMN}`)."
    )


def test_a_level_that_closes_late_is_reported() -> None:
    leads = read_leads(dated(rows=6_000, slow=0.5), TIME)
    finding = one_finding(leads, "slow-level")
    assert "`source` Mail (" in finding.says
    assert "Fair" not in finding.says
    assert "Web" not in finding.says


# ------------------------------------------------------------------ columns that are no levels


def people() -> pd.DataFrame:
    rng = np.random.default_rng(20)
    first = rng.choice(["Ann", "Bob", "Cid", "SDFGH", "Dee"], N)
    domain = rng.choice(["gmail.com", "acme.com", "yopmail.com"], N)
    phone = np.where(
        rng.random(N) < 0.6, "+49 30 1234" + rng.integers(100, 999, N).astype(str), None
    )
    return frame(
        email=[f"p{row}@{one}" for row, one in enumerate(domain)],
        phone=phone,
        first_name=first,
        last_name=rng.choice(["Lee", "May", "Roe"], N),
        street=[f"Main street {row % 50}" for row in range(N)],
    )


def test_personal_columns_are_no_levels_but_what_they_show_is_tried() -> None:
    leads = read_leads(people())
    assert names(leads)[:1] == ["source"]
    assert set(names(leads)) >= {"email: type", "phone: given", "first_name: spam signs"}
    assert not {"email", "phone", "first_name", "last_name", "street"} & set(names(leads))
    says = one_finding(leads, "personal-data").says
    for part in (
        "`email` (e-mail address)",
        "`phone` (phone number)",
        "`last_name` (name)",
        "`street` (personal detail)",
    ):
        assert part in says
    made = leads.engine.columns["email: type"]
    assert set(made.texts) == {"free", "company", "disposable"}  # type: ignore[union-attr]


def test_no_personal_datum_stands_in_the_card() -> None:
    text = calibrate(people()).scorecard.to_yaml()
    for datum in ("@gmail.com", "+49 30", "Ann", "Main street"):
        assert datum not in text


def test_a_card_with_an_email_type_scores_from_the_address() -> None:
    table = people()
    free = table["email"].str.endswith("gmail.com")
    rng = np.random.default_rng(22)
    table["converted"] = (rng.random(N) < np.where(free, 0.1, 0.4)).astype(int)
    run = calibrate(table, {"only": ["email"]})
    card = Scorecard.from_yaml(run.scorecard.to_yaml())
    (made,) = card.attributes
    points = {level.level: level.points for level in made.levels}
    assert points["free"] < 0 < points["company"]
    new = pd.DataFrame({"email": ["new@gmail.com", "new@else.org", None], "x": [1, 2, 3]})
    expected = [points["free"], points["company"], made.otherwise]
    assert card.score(new)["score"].tolist() == [card.points.base + one for one in expected]


def test_a_name_that_is_wanted_is_tried() -> None:
    leads = read_leads(people(), {"attributes": {"last_name": {"wanted": True}}})
    assert "last_name" in names(leads)
    assert "last_name: spam signs" not in names(leads)
    assert "last_name" not in one_finding(leads, "personal-data").says


def test_dates_and_quarters_are_set_aside() -> None:
    days = pd.Timestamp("2025-01-01") + pd.to_timedelta(np.arange(N) % 200, unit="D")
    table = frame(
        seen=days.strftime("%Y-%m-%d"),
        quarter=draw(23, ["Q4 2016", "Q1 2017", "Q2 2017"]),
        month=draw(24, ["Mar 2017", "Apr 2017"]),
        weekday=draw(25, ["Mon", "Tue"]),
        size=draw(26, ["2-10", "11-50"]),
    )
    leads = read_leads(table)
    assert names(leads) == ["source", "weekday", "size"]
    says = one_finding(leads, "date-columns").says
    assert says.startswith("`seen`, `quarter`, `month` hold dates and were set aside")
    wanted = read_leads(table, {"attributes": {"quarter": {"kind": "category"}}})
    assert "quarter" in names(wanted)


# ------------------------------------------------------------------ lists


def pets(separator: str = "; ") -> pd.DataFrame:
    texts = [
        *("cat", "wolf", "cat; wolf", "Wolf; cat; shark", "shark"),
        *("eagle", "cat; shark; eagle", "wolf", "eagle"),
    ]
    return frame(pets=[one.replace("; ", separator) for one in draw(27, texts)])


@pytest.mark.parametrize("separator", ["; ", ";", "|", ", "])
def test_what_seems_to_be_a_list_is_said_with_the_line_that_makes_it_one(separator: str) -> None:
    table = pets(separator)
    leads = read_leads(table)
    assert "pets" in names(leads)
    finding = one_finding(leads, "list-like")
    line = finding.fix.partition("`")[2].rpartition("`")[0]
    listed = read_leads(table, _spec(line))
    assert [name.lower() for name in names(listed)] == [
        *("source", "pets: cat", "pets: eagle", "pets: shark", "pets: wolf")
    ]
    assert found(listed, "list-like") == []


def test_members_of_a_list_are_yes_or_no() -> None:
    table = pets()
    table.loc[:99, "pets"] = None
    run = calibrate(table, {"attributes": {"pets": {"kind": "list", "group": "need"}}})
    counted = run.counts.to_frame()
    counted["attribute"] = counted["attribute"].str.lower()
    counts = counted.set_index(["attribute", "level"])["leads"]
    there = table["pets"].dropna().str.lower().str.split("; ")
    for member in ("cat", "wolf", "shark", "eagle"):
        on_it = sum(member in one for one in there)
        assert counts[f"pets: {member}", "yes"] == on_it
        assert counts[f"pets: {member}", "no"] == N - on_it
    assert {one.part.group for one in run.leads.attributes if one.name != "source"} == {"need"}


def test_a_card_with_a_member_scores_from_the_list() -> None:
    table = pets()
    table["pets"] = table["pets"].str.lower()
    likes = table["pets"].str.contains("wolf")
    rng = np.random.default_rng(28)
    table["converted"] = (rng.random(N) < np.where(likes, 0.5, 0.1)).astype(int)
    spec = {"attributes": {"pets": {"kind": "list"}}, "only": ["pets: wolf"]}
    card = Scorecard.from_yaml(calibrate(table, spec).scorecard.to_yaml())
    new = pd.DataFrame({"pets": ["cat", "ant;WOLF", "werewolf"], "x": [1, 2, 3]})
    assert card.score(new)["score"].tolist() == [0, 100, 0]


def test_sentences_and_titles_are_no_lists() -> None:
    jobs = ["Manager, Sales", "Director, IT", "Engineer", "Head of Sales, EMEA", "Clerk"]
    assert found(read_leads(frame(job=draw(29, jobs))), "list-like") == []


# ------------------------------------------------------------------ false alarms


def clean(seed: int, rows: int = 5_000) -> pd.DataFrame:
    """Leads with nothing planted: texts, flags, amounts, counts and gaps that say nothing."""
    rng = np.random.default_rng([seed, 30])
    created = np.datetime64("2025-01-01T08:00:00") + rng.integers(0, 365 * 86_400, rows)
    sold = rng.random(rows) < rng.uniform(0.05, 0.3)
    closed = created + np.ceil(rng.exponential(25 * 86_400, rows)).astype(int)
    sold &= closed < np.datetime64("2026-01-01T08:00:00")
    job = rng.choice(["CEO", "Clerk", "Head of IT", "Buyer", "Student"], rows).astype(object)
    job[rng.random(rows) < 0.2] = None
    revenue = rng.lognormal(12, 1.5, rows).round(-2)
    revenue[rng.random(rows) < 0.3] = np.nan
    budget = rng.choice(["under 5k", "5k to 20k", "over 20k"], rows).astype(object)
    budget[rng.random(rows) < 0.5] = None
    sources = ["Google", "Fair", "Referral", "Partner", "Newsletter", "Print", "Radio"]
    campaigns = [f"{word} {number}" for word in ("spring", "autumn") for number in range(20)]
    return pd.DataFrame(
        {
            "lead_id": [f"L{row:05d}" for row in range(rows)],
            "created_at": created.astype(str),
            "converted_at": np.where(sold, closed.astype(str), None),
            "source": rng.choice(sources, rows, p=rng.dirichlet(np.full(7, 2.0))),
            "campaign": rng.choice(campaigns, rows),
            "country": rng.choice(["DE", "AT", "CH", "FR", "NO", "IT"], rows),
            "job": job,
            "budget": budget,
            "newsletter_box": rng.choice(["yes", "no"], rows),
            "visits": rng.poisson(3, rows),
            "staff": rng.geometric(0.01, rows),
            "revenue": revenue,
            "ad_cost": rng.gamma(2, 3, rows).round(2),
            "temperature": rng.normal(8, 9, rows).round(1),
            "zip": [f"{code:05d}" for code in rng.integers(1_000, 1_400, rows)],
        }
    )


def test_clean_leads_raise_no_alarm() -> None:
    """40 clean tables: nothing is withheld, and warnings stay as rare as their tests promise."""
    alarms: list[str] = []
    for seed in range(40):
        leads = read_leads(clean(seed))
        assert leads.withheld == ()
        alarms += [f"{seed}: {one.says}" for one in leads.findings if one.severity == "warning"]
    # Two warnings rest on tests: slow levels at a false discovery rate of .05, drift at .001, so
    # at most .051 of clean tables are warned about; in 999 of 1 000 suites that is 7 of 40 or less.
    tolerated = int(binom.ppf(0.999, 40, 0.051))
    assert tolerated == 7
    assert len(alarms) <= tolerated, alarms
    assert all("close late" in one or "drifts" in one for one in alarms), alarms
