"""Simpler scores that a card is held against: the published arithmetic, and any other card."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from calibrate import Scorecard, calibrate, compare, validate
from calibrate.engines.tables import open_table
from calibrate.present.validation_page import validation_html
from calibrate.stats.delong import paired_auc
from calibrate.validation.published import published, published_points
from tests.later_quarters import SPEC, first_quarter, quarters

PUBLISHED = {
    "measure": "lift_ratio",
    "estimate": "raw",
    "award": "raises",
    "overlap": False,
    "scale": "points",
}


def by_hand() -> pd.DataFrame:
    """Give leads of whom 1 % close; of 100 from the fair 20, and of as many from the web none."""
    source = ["fair"] * 100 + ["web"] * 100 + ["list"] * 2800
    closes = [1] * 20 + [0] * 80 + [0] * 100 + [1] * 10 + [0] * 2790
    size = (["large"] * 2 + ["small"] * 3) * 600
    frame = pd.DataFrame({"source": source, "size": size, "converted": closes})
    return frame.assign(created="2026-01-15")


def with_an_echo(frame: pd.DataFrame) -> pd.DataFrame:
    """Add a column that repeats where a lead came from, mostly."""
    rng = np.random.default_rng(5)
    other = rng.permutation(frame["source"].to_numpy())
    return frame.assign(echo=np.where(rng.random(len(frame)) < 0.9, frame["source"], other))


def test_a_level_at_twenty_times_the_overall_rate_earns_twenty() -> None:
    card = calibrate(by_hand()).scorecard
    assert card.overall.close_rate == 0.01
    (source,) = [one for one in card.attributes if one.name == "source"]
    given = dict(
        zip(
            [one.level for one in source.levels] + [None],
            published_points(card, source),
            strict=True,
        )
    )
    # 20 of 100 close, and 30 of 3 000 overall. The list closes 0.36 times as often: below, so 0.
    assert given == {"fair": 20, "list": 0, "web": 0, None: 0}
    (size,) = [one for one in card.attributes if one.name == "size"]
    assert set(published_points(card, size)) == {0}


def test_its_auc_and_test_are_those_of_hand_and_delong() -> None:
    taught = by_hand()
    later = taught.assign(created="2026-04-15")
    found = validate(calibrate(taught).scorecard, pd.concat([taught, later], ignore_index=True))
    # 20 of 30 customers came from the fair, and 80 of 2 970 others: 2/3 x 2890/2970 of the pairs
    # are won, and 2/3 x 80/2970 + 1/3 x 2890/2970 tied.
    auc = 2 / 3 * 2890 / 2970 + (2 / 3 * 80 / 2970 + 1 / 3 * 2890 / 2970) / 2
    assert found.published.old == pytest.approx(auc)
    assert found.published.new == pytest.approx(found.auc.auc)


def test_it_is_what_a_card_made_that_way_gives() -> None:
    """Attributes that the card itself gives next to nothing are paid in full, as published."""
    frame = with_an_echo(quarters())
    card = calibrate(first_quarter(frame), SPEC).scorecard
    old = calibrate(first_quarter(frame), SPEC | {"points": PUBLISHED}).scorecard
    found = validate(card, frame)
    later = frame[found.jury.rows]
    customer = found.jury.customer
    score = old.score(later)["score"]
    assert score.nunique() > 5
    assert found.published.old == pytest.approx(roc_auc_score(customer, score))
    ours = card.score(later)["score"]
    test = paired_auc(score, ours, np.ones(len(later)), customer)
    assert found.published == test
    assert found.summary()["published"]["p_value"] == pytest.approx(test.p_value, rel=1e-5)


def test_a_column_that_earns_the_card_nothing_may_be_missing_and_is_not_paid() -> None:
    frame = with_an_echo(quarters())
    card = calibrate(first_quarter(frame), SPEC | {"points": {"max_attributes": 2}}).scorecard
    unpaid = {one.name for one in card.attributes} - set(card.scoring.needed)
    (name,) = [
        one.name
        for one in card.attributes
        if one.name in unpaid and any(published_points(card, one))
    ]
    with_it, without = (validate(card, one) for one in (frame, frame.drop(columns=name)))
    assert without.auc == with_it.auc
    assert without.published.old != with_it.published.old


def test_a_value_never_seen_is_paid_as_other_values_are() -> None:
    frame = quarters()
    halves = np.where(np.arange(len(frame)) % 2 == 0, "fair", "expo")
    frame["source"] = frame["source"].where(frame["source"] != "fair", halves)
    card = calibrate(first_quarter(frame), SPEC | {"min_leads": 250}).scorecard
    (source,) = [one for one in card.attributes if one.name == "source"]
    other = source.as_levels.other
    assert other is not None
    points = published_points(card, source)
    assert points[-1] == points[other] > 0
    strange = frame.assign(source=frame["source"].replace("fair", "moon"))
    scores = []
    for one in (frame, strange):
        table = open_table(one)
        scores.append(published(card, card.score_table(table), table))
    assert (scores[0] == scores[1]).all()


def test_any_other_card_is_judged_on_the_same_leads_by_comparing() -> None:
    """A published-points card, or one of another year, as a file: on leads that taught neither."""
    frame = quarters()
    first = first_quarter(frame)
    card = calibrate(first, SPEC).scorecard
    old = Scorecard.from_yaml(calibrate(first, SPEC | {"points": PUBLISHED}).scorecard.to_yaml())
    found = validate(card, frame)
    contest = compare(old, card, frame).contest
    assert contest is not None
    assert contest.paired == found.published
    assert contest.leads == found.now.leads


def test_screen_and_page_name_it() -> None:
    frame = quarters()
    found = validate(calibrate(first_quarter(frame), SPEC).scorecard, frame)
    assert "published arithmetic" in " ".join(repr(found).split())
    page = validation_html(found)
    assert "the published arithmetic" in page
    assert page.count("<h2>Does the score rank later leads?") == 1
