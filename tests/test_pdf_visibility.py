from __future__ import annotations

import numpy as np

from ingestion.colours import difference
from ingestion.pdf_visibility import _lab


def test_pictures_and_single_colours_are_compared_alike() -> None:
    """A PDF's pixels and a DOCX file's colours stand by the same scale, to a tenth of a unit."""
    pairs = np.random.default_rng(0).integers(0, 256, (500, 2, 3), dtype=np.uint8)
    fast = np.linalg.norm(_lab(pairs[:, 0]) - _lab(pairs[:, 1]), axis=1)
    colours = [[(int(red), int(green), int(blue)) for blue, green, red in pair] for pair in pairs]
    exact = np.array([difference(one, other) for one, other in colours])
    assert np.abs(fast - exact).max() < 0.2
