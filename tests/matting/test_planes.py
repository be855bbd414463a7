from __future__ import annotations

import numpy as np
import pytest

from mattework.matting.planes import solve_planes


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_every_place_gets_the_solution_of_its_own_system(size: int) -> None:
    random = np.random.default_rng(size)
    root = random.normal(size=(40, size, size))
    matrices = root @ root.transpose(0, 2, 1) + 1e-3 * np.eye(size)
    rights = random.normal(size=(40, size, 4))
    expected = np.linalg.solve(matrices, rights)
    found = solve_planes(matrices.transpose(1, 2, 0).copy(), rights.transpose(1, 2, 0).copy())
    np.testing.assert_allclose(found.transpose(2, 0, 1), expected, rtol=1e-6, atol=1e-6)
