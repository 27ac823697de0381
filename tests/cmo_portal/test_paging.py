"""Lists by the page: nothing is skipped or shown twice, whatever the order, and a damaged place is harmless."""

from collections.abc import Callable

import pytest
from django.http import QueryDict

from cmo_portal.accounts.models import User
from cmo_portal.paging import Page, keyset_page

pytestmark = pytest.mark.django_db
NAMES = ["b", "a", "c", "a", "b", "d", "a"]


@pytest.fixture
def people(db: None) -> list[User]:
    """Seven people, some with the same name."""
    return [
        User.objects.create_user(f"p{number}@x.example", "a long enough password 1", audience="member", name=name)
        for number, name in enumerate(NAMES)
    ]


def turn(order: tuple[str, ...], query: str = "", size: int = 2) -> Page[User]:
    return keyset_page(User.objects.all(), order=order, query=QueryDict(query), size=size)


def walk(order: tuple[str, ...], direction: Callable[[Page[User]], str], query: str = "") -> list[list[int]]:
    """The keys of all pages from the query on, turning by one neighbour until there is none."""
    pages = []
    page = turn(order, query)
    while True:
        pages.append([user.pk for user in page.rows])
        if not direction(page):
            return pages
        page = turn(order, direction(page))


@pytest.mark.parametrize("order", [("pk",), ("-pk",), ("name", "pk"), ("-name", "pk"), ("name", "-pk")])
def test_turning_the_pages_shows_every_row_once_in_order(people: list[User], order: tuple[str, ...]) -> None:
    expected = list(User.objects.order_by(*order).values_list("pk", flat=True))
    pages = walk(order, lambda page: page.next_query)
    assert [key for page in pages for key in page] == expected
    assert [len(page) for page in pages] == [2, 2, 2, 1]


@pytest.mark.parametrize("order", [("pk",), ("-name", "pk")])
def test_turning_back_shows_the_same_rows_up_to_the_first(people: list[User], order: tuple[str, ...]) -> None:
    expected = list(User.objects.order_by(*order).values_list("pk", flat=True))
    page = turn(order)
    while page.next_query:
        last = page.next_query
        page = turn(order, last)
    pages = walk(order, lambda page: page.previous_query, last)
    assert [key for page in reversed(pages) for key in page] == expected


def test_the_ends_have_no_neighbour(people: list[User]) -> None:
    first = turn(("pk",))
    assert first.previous_query == "" and first.next_query
    whole = turn(("pk",), size=50)
    assert whole.previous_query == "" and whole.next_query == ""


def test_the_filters_stay_in_the_address(people: list[User]) -> None:
    page = turn(("pk",), "state=open&state=held&after=")
    neighbour = QueryDict(page.next_query)
    assert neighbour.getlist("state") == ["open", "held"]
    assert neighbour["after"]


@pytest.mark.parametrize("place", ["x", "W10", "WyJhIl0", "eyJhIjoxfQ", "////", "WzEsMl0"])
def test_a_damaged_place_gives_the_first_page(people: list[User], place: str) -> None:
    assert turn(("pk",), f"after={place}").rows == turn(("pk",)).rows


def test_a_page_costs_one_query(people: list[User], django_assert_num_queries: Callable[[int], object]) -> None:
    second = turn(("name", "pk")).next_query
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        turn(("name", "pk"), second)


def test_rows_that_come_in_between_shift_nothing(people: list[User]) -> None:
    first = turn(("pk",))
    User.objects.filter(pk=first.rows[0].pk).delete()
    assert turn(("pk",), first.next_query).rows == people[2:4]
