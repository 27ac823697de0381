"""Staff roles: groups with fixed permissions, written after every migration. A test pins this table."""

from django.apps import apps
from django.db import router

# Permission codenames are `app.act`; each app declares its own in Meta.permissions of a model.
ROLES: dict[str, tuple[str, ...]] = {
    "documentation": (
        "works.view_works",
        "works.edit_works",
        "works.import_works",
        "works.confirm_merges",
        "works.confirm_undos",
        "members.view_parties",
        "members.edit_parties",
        "royalties.match_usage",
        "royalties.view_usage",
    ),
    "membership": (
        "members.view_members",
        "members.view_parties",
        "members.review_applications",
        "members.edit_members",
        "members.edit_parties",
        "members.manage_clients",
        "works.view_works",
    ),
    "licensing": ("licensing.view_licensing", "licensing.review_applications", "licensing.edit_tariffs"),
    "distribution": (
        "royalties.view_usage",
        "royalties.ingest_usage",
        "royalties.match_usage",
        "royalties.view_runs",
        "royalties.make_runs",
        "royalties.edit_rules",
        "royalties.view_ledger",
        "works.view_works",
        "members.view_members",
        "members.view_parties",
        "licensing.view_licensing",
        "jobs.view_jobs",
        "jobs.handle_jobs",
    ),
    "finance": (
        "licensing.view_licensing",
        "licensing.record_receipts",
        "royalties.allocate_receipts",
        "royalties.view_runs",
        "royalties.view_ledger",
        "royalties.make_payments",
        "members.view_members",
        "members.view_parties",
        "members.propose_bank",
    ),
    "approver": (
        "royalties.view_runs",
        "royalties.approve_runs",
        "royalties.approve_payments",
        "royalties.approve_rules",
        "royalties.view_ledger",
        "licensing.view_licensing",
        "licensing.approve_tariffs",
        "members.view_members",
        "members.view_parties",
        "members.approve_bank",
        "members.approve_clients",
        "works.view_works",
        "works.confirm_merges",
        "works.confirm_undos",
        "works.settle_disputes",
        "works.set_split_rules",
    ),
    "auditor": (
        "members.view_members",
        "members.view_parties",
        "works.view_works",
        "licensing.view_licensing",
        "royalties.view_usage",
        "royalties.view_runs",
        "royalties.view_ledger",
        "audit.view_acts",
        "jobs.view_jobs",
    ),
    "administrator": (
        "accounts.manage_users",
        "audit.view_acts",
        "jobs.view_jobs",
        "jobs.handle_jobs",
        "accounts.edit_reference",
    ),
}


def write_roles(*, using: str = "default") -> None:
    """Make the groups and give each exactly its permissions; skips permissions of apps not migrated yet."""
    group_model = apps.get_model("auth", "Group")
    if not router.allow_migrate_model(using, group_model):
        return
    permission_model = apps.get_model("auth", "Permission")
    known = {
        f"{app}.{codename}": pk
        for pk, app, codename in permission_model.objects.using(using).values_list(
            "pk", "content_type__app_label", "codename"
        )
    }
    for role, wanted in ROLES.items():
        group, _ = group_model.objects.using(using).get_or_create(name=role)
        group.permissions.set([known[name] for name in wanted if name in known])
