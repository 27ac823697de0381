"""An area is told in the order in which it is read: what is taken out and put back is in."""

import pytest

from members.models.territories import territory_text


@pytest.mark.parametrize(
    ("area", "words"),
    [
        ("0586", "Pakistan"),
        ("0586+0356", "Pakistan and India"),
        ("2136-0356", "The whole world without India"),
        ("2136-2106+0586", "The whole world without Asia, but with Pakistan"),
        ("2106-0356-0050+0586+0826", "Asia without India and Bangladesh, but with Pakistan and United Kingdom"),
        ("2136-2106+0586-0356", "The whole world without Asia, but with Pakistan, but without India"),
        ("-0356+0586", "Pakistan"),
        ("", ""),
    ],
)
def test_an_area_is_told_in_its_order(area: str, words: str) -> None:
    assert territory_text(area) == words
