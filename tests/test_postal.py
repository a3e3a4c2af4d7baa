from __future__ import annotations

import pytest

from ingestion.postal import find_addresses


@pytest.mark.parametrize(
    "address",
    [
        "123 Main Street, Apt 4B, Springfield, IL 62704",
        "14 Elm St., Springfield, IL 62704-1234",
        "221B Baker Street",
        "12 High Street\nLondon SW1A 1AA",
        "P.O. Box 77, Dayton, OH 45402",
        "Musterstraße 12, 10115 Berlin",
        "12 rue de la Paix, 75002 Paris",
        "1 Park Avenue, New York, NY 10001",
    ],
)
def test_addresses_are_found_whole(address: str) -> None:
    """Street, unit, town and code, in one piece."""
    text = f"I live here: {address}\nDear all"
    assert [text[start:end].strip() for start, end in find_addresses(text)] == [address]


@pytest.mark.parametrize(
    "text",
    [
        "I argued 300 Supreme Court cases and won 2 First Place awards.",
        "In 2019 Google Way was new. We drive 12 Ford vans down Main Street.",
        "AWS EC2 8GB instances, 5 Star Drive program",
        "From Springfield, IL, I moved to Austin, TX in 2015.",
        "Over 20 Years in 3 Park Hotels",
        "$500 Street fair, 94105-1234",
    ],
)
def test_towns_and_numbers_alone_are_no_address(text: str) -> None:
    """Where somebody worked is evidence."""
    assert find_addresses(text) == []
