"""Small linear systems, one at every pixel, solved as planes: the same arithmetic for all pixels at once."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray


def solve_planes(matrix: NDArray[Any], right: NDArray[Any]) -> NDArray[Any]:
    """Solve `matrix @ x = right` at every place by Gaussian elimination, which needs no pivots here.

    Args:
        matrix: (c, c, ...) symmetric and positive definite at each place; overwritten.
        right: (c, ...) or (c, k, ...) with the same places; overwritten.

    Returns:
        `right`, which now holds the solution.
    """
    count = len(matrix)
    for k in range(count):
        for i in range(k + 1, count):
            share = matrix[i, k] / matrix[k, k]
            matrix[i, k + 1 :] -= share * matrix[k, k + 1 :]
            right[i] -= share * right[k]
    for k in reversed(range(count)):
        for i in range(k + 1, count):
            right[k] -= matrix[k, i] * right[i]
        right[k] /= matrix[k, k]
    return right
