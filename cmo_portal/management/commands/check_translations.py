"""`check_translations`: lists every text without Urdu, and fails when there is one.

./portal manage check_translations                    all apps
./portal manage check_translations --only royalties   the texts of one app and its templates
./portal manage check_translations --add              also adds empty entries to the .po files, to be filled in
"""

from collections import defaultdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cmo_portal import translations


class Command(BaseCommand):
    """Compare the texts of code and templates with the .po files."""

    help = "Lists every text of the code and templates that has no Urdu translation."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Options as in the module's docstring."""
        parser.add_argument("--only", default="", help="an app (members, works, …), or `portal` for all that is no app")
        parser.add_argument("--add", action="store_true", help="add empty entries for what is missing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line for each complaint; exit with an error when there is any."""
        root = Path(settings.BASE_DIR)
        wanted = f"{options['only']}/locale/" if options["only"] not in {"", "portal"} else "locale/"
        found = [
            complaint
            for complaint in translations.complaints(root)
            if not options["only"] or complaint.message.catalogue.startswith(wanted)
        ]
        for complaint in found:
            self.stdout.write(str(complaint))
        if options["add"]:
            self._add(root, [complaint.message for complaint in found])
        if found:
            raise CommandError(f"{len(found)} texts have no Urdu yet.")
        self.stdout.write("Every text has its Urdu.")

    def _add(self, root: Path, missing: list[translations.Message]) -> None:
        known = translations.catalogue(root, "ur")
        by_file: dict[str, list[translations.Message]] = defaultdict(list)
        for message in missing:
            if message.key not in known:
                by_file[message.catalogue.format(language="ur")].append(message)
        for name, entries in by_file.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            text = path.read_text(encoding="utf-8") if path.exists() else translations.header("ur")
            path.write_text("\n".join([text, *map(translations.as_entry, entries)]), encoding="utf-8")
            self.stdout.write(f"{name}: {len(entries)} empty entries added.")
