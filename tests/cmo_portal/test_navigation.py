"""The header shows each person the main pages that exist and that she may open, and marks where she is."""

from collections.abc import Iterator

import pytest

from cmo_portal import navigation


class Person:
    """Somebody who holds exactly these permissions."""

    def __init__(self, *permissions: str) -> None:
        self.permissions = permissions

    def has_perm(self, permission: str) -> bool:
        return permission in self.permissions


@pytest.fixture(autouse=True)
def empty_registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(navigation, "_entries", {audience: {} for audience in navigation.AUDIENCES})
    yield


def labels(person: Person, path: str = "/") -> list[str]:
    return [str(link.label) for link in navigation.links("staff", person, path)]


def test_pages_come_in_their_order() -> None:
    navigation.register("staff", "staff-acts", "Acts", order=2)
    navigation.register("staff", "staff_home", "Home", order=1)
    assert labels(Person()) == ["Home", "Acts"]


def test_a_page_shows_to_whoever_holds_any_of_its_permissions() -> None:
    navigation.register("staff", "staff-jobs", "Jobs", permission=("jobs.view_jobs", "jobs.handle_jobs"))
    assert labels(Person()) == []
    assert labels(Person("jobs.handle_jobs")) == ["Jobs"]


def test_a_page_whose_address_does_not_exist_is_left_out() -> None:
    navigation.register("staff", "no-such-page", "Nowhere")
    assert labels(Person()) == []


def test_the_nearest_section_is_marked_and_the_page_itself_too() -> None:
    navigation.register("staff", "home", "Front", order=0)
    navigation.register("staff", "staff_home", "Home", order=1)
    navigation.register("staff", "staff-users", "Users", order=2)

    def marks(path: str) -> list[str]:
        return [link.current for link in navigation.links("staff", Person(), path)]

    assert marks("/staff/users/") == ["", "", "page"]
    assert marks("/staff/users/invite/") == ["", "", "true"]
    assert marks("/elsewhere/") == ["", "", ""]
    assert marks("/") == ["page", "", ""]


def test_an_unknown_audience_is_refused() -> None:
    with pytest.raises(ValueError, match="Unknown audience"):
        navigation.register("guests", "home", "Home")


def test_pages_beside_a_section_are_marked_as_below_it() -> None:
    navigation.register("staff", "staff_home", "Home", order=1)
    navigation.register("staff", "staff-users", "Users", order=2, also=["staff-acts"])
    marks = [link.current for link in navigation.links("staff", Person(), "/staff/acts/?page=2")]
    assert marks == ["", "true"]
