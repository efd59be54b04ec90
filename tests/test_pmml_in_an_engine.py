"""A card as PMML gives the scores of calibrate in a PMML engine: run by `make test-full`."""

from __future__ import annotations

import math
import re
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
import pytest

from calibrate import Scorecard
from calibrate.export import export
from calibrate.levels import Level, bands
from calibrate.present.numbers import number_text
from calibrate.rules import GatePart, RangePart
from calibrate.scorecard.parts import MustContactLevelPart
from tests.odd_cards import attribute, card_of, odd_card, odd_table, texts

pytestmark = [
    pytest.mark.full,
    # The bridge to Java uses what newer Pythons advise against.
    pytest.mark.filterwarnings("ignore"),
]

WITH_COMMA = re.compile(r"\d,\d")


def engine(card: Scorecard) -> Any:
    import jpmml_evaluator

    evaluator = jpmml_evaluator.make_evaluator(str(export(card, "pmml")).encode())
    return evaluator.verify()


def run(card: Scorecard, frame: pd.DataFrame) -> pd.DataFrame:
    found: pd.DataFrame = engine(card).evaluateAll(frame)
    assert "errors" not in found
    return found.rename(columns=lambda name: str(name).removeprefix("calibrate_"))


def cell(value: Any) -> str | None:
    """A cell as a file has it."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = number_text(value) if isinstance(value, float) else str(value)
    return None if WITH_COMMA.search(text) else text  # commas are tried apart


def odd_leads(leads: int, seed: int) -> pd.DataFrame:
    rows = odd_table(leads, seed, nul=True).drop_columns(["row"]).to_pylist()
    return pd.DataFrame([{k: cell(v) for k, v in row.items()} for row in rows], dtype=object)


def test_ten_thousand_odd_leads_score_as_in_calibrate() -> None:
    card, frame = odd_card(), odd_leads(10_000, 1)
    wanted, found = card.score(frame), run(card, frame)
    assert found["score"].tolist() == wanted["score"].tolist()
    assert found["passes"].tolist() == wanted["passes"].tolist()


def test_reasons_name_the_attributes_that_cost_most() -> None:
    from calibrate.engines.tables import open_table

    card, frame = odd_card(), odd_leads(300, 5)
    scored, found = card.score_table(open_table(frame)), run(card, frame)
    best = np.array([max(*one.points, one.otherwise) for one in card.scoring.columns])
    costs = best - scored.points
    names = [one.column for one in card.scoring.columns]
    for row, cost in enumerate(costs):
        named = [found[f"reason_{rank}"][row] for rank in range(1, 6)]
        assert len(set(named)) == 5
        paid = [cost[names.index(name)] for name in named]
        assert paid == sorted(cost, reverse=True)[:5]


@pytest.mark.parametrize(
    "text", ["1,5", "1.234,5", "1,234", "1,234.5", "0,5", "07,5", "1,2,3", ",5"]
)
def test_a_number_with_commas_is_read_as_in_a_table_of_that_lead(text: str) -> None:
    by_band = attribute("x", "number", bands([0.0, 1.5, 3.0, 1000.0, 1234.2]), otherwise=40)
    names = texts("1.5", "1234", "1234.5", "0.5", "7.5")
    card = card_of(by_band, attribute("y", "category", names, otherwise=90))
    frame = pd.DataFrame({"x": [text], "y": [text]})
    assert run(card, frame)["score"][0] == card.score(frame)["score"][0]


def test_values_of_other_types_are_the_texts_they_mean() -> None:
    card = card_of(
        attribute("size", "number", [*bands([0.0, 1.0]), Level(text="(missing)")], otherwise=80),
        attribute("rating", "category", texts("1", "2.5"), otherwise=100),
        attribute("flag", "boolean", texts("yes", "no"), otherwise=110),
        missing=("999",),
    )
    rows = [(1.0, 1, True), (-0.5, 2.5, False), (999.0, 999, None), (1e20, 1.0, True)]
    frame = pd.DataFrame(rows, columns=["size", "rating", "flag"]).astype(object)
    evaluator = engine(card)
    found = [evaluator.evaluate(row)["score"] for row in frame.to_dict("records")]
    assert found == card.score(frame)["score"].tolist()


def policy_card() -> Scorecard:
    card = card_of(
        attribute("source", "category", texts("Fair", "Web", "Spam"), otherwise=2),
        attribute("visits", "number", [*bands([1.0, 5.0]), Level(text="(missing)")], otherwise=9),
        attribute("mail", "boolean", texts("yes", "no"), otherwise=4),
        missing=("999",),
        threshold=3,
    )
    groups = ("email", "email", "other")
    parts = [
        one.model_copy(update={"group": group})
        for one, group in zip(card.attributes, groups, strict=True)
    ]
    changed = {
        "attributes": tuple(parts),
        "points": card.points.model_copy(update={"caps": {"email": 3}, "base": 1}),
        "vetoes": ({"source": ("Spam",)}, {"visits": RangePart(from_=7, below=8)}),
        "gates": (
            GatePart(
                name="stakes",
                at_least=1,
                of=(
                    {"mail": ("yes",)},
                    {"visits": RangePart(from_=1)},
                    {"visits": ("0", "(missing)")},
                ),
            ),
        ),
        "must_contact": (
            MustContactLevelPart(
                attribute="visits", from_=5.0, close_rate=0.9, interval=(0.8, 1.0)
            ),
            MustContactLevelPart(
                attribute="mail", level="(missing)", close_rate=0.9, interval=(0.8, 1.0)
            ),
        ),
    }  # fmt: skip
    return Scorecard.from_yaml(card.model_copy(update=changed).to_yaml())


def test_caps_vetoes_gates_and_must_contact_levels_are_carried() -> None:
    rows = [
        (source, visits, mail)
        for source in ("Fair", "web", "SPAM", None, "Radio")
        for visits in ("0", "0.5", "1", "5.0", "7", "8", "999", "999.0", None, "many")
        for mail in ("yes", "n", None, "ja")
    ]
    frame = pd.DataFrame(rows, columns=["source", "visits", "mail"], dtype=object)
    card = policy_card()
    wanted, found = card.score(frame), run(card, frame)
    assert found["score"].tolist() == wanted["score"].tolist()
    assert found["passes"].tolist() == wanted["passes"].tolist()
    assert {*wanted["passes"]} == {True, False}
    uncapped = card.model_copy(update={"points": card.points.model_copy(update={"caps": {}})})
    assert Scorecard.from_yaml(uncapped.to_yaml()).score(frame)["score"].tolist() != (
        wanted["score"].tolist()
    )
    reasons = found[[name for name in found if name.startswith("reason_")]]
    assert "over the cap of email" in reasons.to_numpy()


@pytest.mark.parametrize("card", [odd_card(), policy_card()], ids=["odd", "policy"])
def test_the_file_is_valid_by_the_schema_of_pmml(card: Scorecard, tmp_path: Any) -> None:
    import zipfile

    import jpype

    engine(card)  # the bridge is up
    jars = files("jpmml_evaluator").joinpath("dependencies")
    jar = next(one for one in jars.iterdir() if re.match(r"pmml-model-\d", one.name))
    with zipfile.ZipFile(str(jar)) as opened:
        opened.extract("pmml.xsd", tmp_path)
    (tmp_path / "card.pmml").write_text(str(export(card, "pmml")), "utf-8", newline="")
    factory = jpype.JClass("javax.xml.validation.SchemaFactory").newInstance(
        "http://www.w3.org/2001/XMLSchema"
    )
    file, source = (
        jpype.JClass("java.io.File"),
        jpype.JClass("javax.xml.transform.stream.StreamSource"),
    )
    schema = factory.newSchema(file(str(tmp_path / "pmml.xsd")))
    schema.newValidator().validate(source(file(str(tmp_path / "card.pmml"))))
    broken = (tmp_path / "card.pmml").read_text("utf-8").replace("<Header", "<Heading", 1)
    (tmp_path / "card.pmml").write_text(broken.replace("</Header>", "</Heading>"), "utf-8")
    with pytest.raises(jpype.JException):
        schema.newValidator().validate(source(file(str(tmp_path / "card.pmml"))))
