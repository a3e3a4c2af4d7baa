"""Owns how far apart two colours look. Knows nothing about documents."""

from __future__ import annotations

Rgb = tuple[int, int, int]

# Difference in CIE Lab (1976) between letters and what lies behind them. A practised eye sees 2.3 on patches side by
# side; light grey #DDDDDD on white makes 12, and #F0F0F0, which no print shows, makes 5. Large letters show sooner.
SEEN, SEEN_IF_LARGE = 8.0, 4.0
# Size in points from which letters count as large.
LARGE = 24.0


def difference(one: Rgb, other: Rgb) -> float:
    """Return the distance of two sRGB colours in CIE Lab (1976).

    >>> round(difference((255, 255, 255), (0, 0, 0)))
    100
    >>> difference((255, 255, 255), (240, 240, 240)) < SEEN
    True
    """
    return sum((a - b) ** 2 for a, b in zip(_lab(one), _lab(other), strict=True)) ** 0.5


def _lab(colour: Rgb) -> tuple[float, float, float]:
    """Return a colour in CIE Lab under D65: IEC 61966-2-1 for the curve and the matrix, CIE 15 for Lab."""
    red, green, blue = (_linear(level / 255) for level in colour)
    x = _root((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505)
    y = _root(0.2126 * red + 0.7152 * green + 0.0722 * blue)
    z = _root((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _linear(level: float) -> float:
    return level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4


def _root(light: float) -> float:
    return light ** (1 / 3) if light > 216 / 24389 else (24389 / 27 * light + 16) / 116
