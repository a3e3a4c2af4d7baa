from __future__ import annotations

import pytest

from ingestion.phones import find_phones


@pytest.mark.parametrize(
    "text",
    [
        "RN license number 2034567890",
        "Licence No. 612 345 678",
        "Project 2015012345",
        "invoice 4155550132",
        "+1 250 000 users",
        "grew it to +20,000,000",
    ],
)
def test_licences_codes_and_impossible_numbers_are_no_phone(text: str) -> None:
    """A recruiter's evidence: who holds which licence."""
    assert find_phones(text) == []


@pytest.mark.parametrize(
    "text", ["+44 (0)20 7946 0958", "+49 170 1234567", "call 4155550132", "License 12, phone 415-555-0132"]
)
def test_numbers_that_a_country_can_have_are_phones(text: str) -> None:
    """Also behind other numbers."""
    assert len(find_phones(text)) == 1
