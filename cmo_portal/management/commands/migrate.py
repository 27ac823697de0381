"""./portal manage migrate: Django's own command, which does not build the models anew that an operation leaves alone.

Django holds the models of each step as classes. After each operation it builds the classes of all models anew that are
connected with the changed one, and here nearly all are: a database from nothing took a minute for its classes and eight
seconds for its tables. tests/house/test_migrate.py holds the schema of both ways against each other.
"""

from typing import Any
from unittest.mock import patch

from django.core.management.commands import migrate
from django.db.migrations.state import ProjectState

all_connected_models = ProjectState._find_reload_model  # type: ignore[attr-defined]


def models_to_build_anew(
    self: ProjectState, app_label: str, model_name: str, delay: bool = False
) -> set[tuple[str, str]]:
    """A new model alone, and alone too a changed one where Django itself leaves distant relations as they are.

    Python code in a migration still meets all models as they are then: where something `is_delayed`, Django builds
    them for it.
    """
    if delay or model_name not in self.apps.all_models[app_label]:
        self.is_delayed = True
        return {(app_label, model_name)}
    found: set[tuple[str, str]] = all_connected_models(self, app_label, model_name, delay)
    return found


class Command(migrate.Command):
    """Django's command, with `models_to_build_anew`."""

    def handle(self, *args: Any, **options: Any) -> None:
        with patch.object(ProjectState, "_find_reload_model", models_to_build_anew):
            super().handle(*args, **options)
