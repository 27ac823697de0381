"""Sentences made deep inside: filled with values, translated only when they are shown."""

from django.utils import translation
from django.utils.translation import gettext_lazy

from cmo_portal.common.texts import say


def test_values_with_braces_are_filled_in_and_never_read_as_places():
    assert str(say("Found {what}.", what="{secret} {0}")) == "Found {secret} {0}."


def test_a_sentence_is_put_into_the_language_of_its_reader():
    sentence = say(gettext_lazy("The file is empty."))
    with translation.override("en"):
        assert str(sentence) == "The file is empty."
    with translation.override("ur"):
        assert str(sentence) == translation.gettext("The file is empty.")
