"""Products in pieces against products in one go."""

from __future__ import annotations

import numpy as np
import pytest

from calibrate.stats.products import row_products, summed_products


@pytest.mark.parametrize("many", [0, 1, 31, 32, 33, 1000, 4096, 5000])
@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (3, 2), (60, 60)])
def test_pieces_add_up_to_the_whole(many: int, rows: int, columns: int) -> None:
    rng = np.random.default_rng(many)
    left, right = rng.normal(size=(rows, many)), rng.normal(size=(columns, many))
    assert summed_products(left, right) == pytest.approx(left @ right.T, abs=1e-9)
    assert summed_products(left[:, ::-1], right[:, ::-1]) == pytest.approx(left @ right.T, abs=1e-9)


@pytest.mark.parametrize("many", [0, 1, 7, 300, 5000])
@pytest.mark.parametrize(("inner", "columns"), [(1, 1), (20, 16), (480, 16), (3, 70_000)])
def test_rows_are_multiplied_as_the_whole_is(many: int, inner: int, columns: int) -> None:
    rng = np.random.default_rng(many)
    left = rng.normal(size=(min(many, 10**7 // columns), inner + 2))[:, 1:-1]  # a part of a table
    right = rng.normal(size=(inner, columns))
    assert row_products(left, right) == pytest.approx(left @ right, abs=1e-9)
