"""Configuration of the works app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorksConfig(AppConfig):
    """Works, shares, registrations."""

    name = "works"
    verbose_name = _("Works")

    def ready(self) -> None:
        """Name our pages in the headers, give our states their shapes, take up our jobs."""
        import works.jobs  # noqa: F401 - registers the handlers
        from cmo_portal.navigation import register
        from cmo_portal.queues import Queue, register_queue
        from cmo_portal.states import register_states
        from works.queries import cue_sheets, number_requests, waiting
        from works.states import STATES

        edit, take = "works.edit_works", "works.import_works"
        for queue in (
            Queue("works:staff-work-list", _("Works to be checked"), edit, waiting.submitted, "state=submitted", 20),
            Queue("works:staff-split-list", _("Splits to confirm on evidence"), edit, waiting.splits, order=21),
            Queue("royalties:staff-import-undo-list", _("Imports to be undone by a second person"),
                  "works.confirm_undos", waiting.undos, "state=asked", 25),
            Queue(
                "royalties:staff-dispute-list", _("Disputes to be decided"), edit, waiting.disputes_due, "state=due", 21
            ),
            Queue(
                "royalties:staff-dispute-list", _("Claims of members"), edit, waiting.claims_filed, "state=filed", 22
            ),
            Queue("royalties:staff-dispute-list", _("Open disputes"), edit, waiting.disputes, "state=open", 23),
            Queue(
                "royalties:staff-dispute-list",
                _("Outcomes of disputes to be confirmed"),
                "works.settle_disputes",
                waiting.outcomes,
                "state=proposed",
                24,
            ),
            Queue("works:staff-report-list", _("Reports about works"), edit, waiting.reports, order=24),
            Queue("works:staff-link-request-list", _("Links of recordings to be decided"), edit, waiting.link_requests,
                  order=25),
            Queue("works:staff-file-list", _("Registration files to be taken"), take, waiting.files, order=26),
            Queue("works:staff-file-list", _("Imported files with something to decide"), take, waiting.kept,
                  "state=kept", 26),
            Queue("works:staff-production-list", _("Cue sheets to be confirmed"), edit, cue_sheets.sheets_entered,
                  "show=entered", 27),
            Queue("works:staff-cue-file-list", _("Tables of cue sheets to be taken"), take, cue_sheets.files_waiting,
                  order=28),
            Queue("works:staff-request-list", _("International numbers that need a person"), edit,
                  number_requests.needing_a_person, "state=person", 29),
        ):  # fmt: skip
            register_queue(queue)
        register("public", "works:public-repertoire-search", _("Repertoire"), order=20)
        register("member", "works:member-work-list", _("My works"), order=30)
        below_works = (
            "works:staff-production-list", "works:staff-request-list", "works:staff-recording-list",
        )  # fmt: skip
        register("staff", "works:staff-work-list", _("Works"), permission="works.view_works", order=20,
                 also=below_works)  # fmt: skip
        register("staff", "works:staff-agreement-list", _("Agreements"), permission="works.view_works", order=21)
        register("staff", "works:staff-file-list", _("Registrations"), permission="works.import_works", order=22)
        register("staff", "works:staff-export-list", _("Exports"), permission="works.import_works", order=23)
        for kind, states in STATES.items():
            register_states(kind, states)
