"""The tables of shares and agreements as columns: what the rule of chains reads (works.rules.chains), in SQL."""

from dataclasses import dataclass

from cmo_portal.common.known import table_as_known
from cmo_portal.common.pgcopy import layout
from works.rules.chains import OPEN_END

STATES = ("active", "disputed", "unclaimed", "unconfirmed")  # of a share; the position is its number in a column

OWNERS = layout(
    share_id="int8", work_id="int8", owner_id="int8", units="int4", is_writer="int2", area_no="int2", first_day="int4",
    last_day="int4", state_no="int2", role_no="int4",
)  # fmt: skip
STANDING = layout(work_id="int8", party_id="int8", area_no="int2", first_day="int4", last_day="int4")
LINKS = layout(
    agreement_id="int8", assignor_id="int8", acquirer_id="int8", part="int4", area_no="int2", start="int4",
    first_use="int4", last_use="int4", collected_to="int4", is_specific="int2", is_original="int2",
    shares_change="int2",
)  # fmt: skip
NAMED = layout(agreement_id="int8", work_id="int8", included="int2")

_COVER = """
    cover AS (
        SELECT area_id, 1 AS area_no FROM members_arealeaf
            WHERE %(areas)s::text[] IS NULL AND leaf = %(territory)s AND %(on)s BETWEEN valid_from AND valid_to
        UNION ALL
        SELECT area_id, area_no FROM unnest(%(areas)s::text[]) WITH ORDINALITY AS listed(area_id, area_no)
    )"""
_DAY = "(coalesce({day}, DATE '{otherwise}') - DATE '0001-01-01') + 1"
_LONG_AGO, _FOR_EVER = "0001-01-01", "9999-12-31"


def _day(column: str, otherwise: str = _FOR_EVER) -> str:
    """The ordinal of a day, or of `otherwise` where there is none."""
    return _DAY.format(day=column, otherwise=otherwise)


@dataclass(frozen=True, slots=True)
class Tables:
    """Where the rows are read: the tables themselves, or what was known of them."""

    share: str = "works_workshare"
    agreement: str = "works_agreement"
    party: str = "works_agreementparty"
    listed: str = "works_agreementwork"
    claim: str = "works_claim"
    read: str = "NOT MATERIALIZED"  # by their indexes as often as a query names them, else once for all


_OF_WANTED = "work_id IN (SELECT work_id FROM wanted)"  # the works that a query asks about; each query names them so
AS_KNOWN = Tables(
    share=table_as_known("works_workshare", ever=_OF_WANTED),
    agreement=table_as_known("works_agreement"),
    party=table_as_known("works_agreementparty"),
    listed=table_as_known("works_agreementwork", ever=_OF_WANTED),
    claim=table_as_known("works_claim"),
    read="MATERIALIZED",
)


def owners_query(tables: Tables, works: str) -> str:
    """The ownership shares of the works that `works` names."""
    columns = {
        "share_id": "s.id",
        "work_id": "s.work_id",
        "owner_id": "coalesce(s.party_id, 0)",
        "units": "s.share",
        "is_writer": "(s.role = ANY (%(writers)s))::int",
        "area_no": "coalesce(cover.area_no, 0)",
        "first_day": _day("s.valid_from", _LONG_AGO),
        "last_day": _day("s.valid_to"),
        "role_no": "ascii(s.role) * 256 + ascii(substr(s.role, 2))",
        "state_no": f"array_position(ARRAY{list(STATES)}, s.state::text) - 1",
    }
    return f"""WITH wanted AS ({works}), {_COVER}
        SELECT {OWNERS.select_list(columns)} FROM wanted JOIN {tables.share} s USING (work_id)
            LEFT JOIN cover ON cover.area_id = s.territory
        WHERE s."right" = %(right)s"""  # noqa: S608 - composed of constants


def claimants_query(tables: Tables, works: str) -> str:
    """The sides that claim a part in dispute of the works that `works` names, each where and as long as it is held."""
    columns = {
        "work_id": "s.work_id",
        "party_id": "c.party_id",
        "area_no": "coalesce(cover.area_no, 0)",
        "first_day": _day("s.valid_from", _LONG_AGO),
        "last_day": _day("s.valid_to"),
    }
    return f"""WITH wanted AS ({works}), {_COVER}
        SELECT {STANDING.select_list(columns)} FROM wanted JOIN {tables.share} s USING (work_id)
            JOIN {tables.claim} c ON c.dispute_id = s.dispute_id AND c.share > 0
            LEFT JOIN cover ON cover.area_id = s.territory
        WHERE s."right" = %(right)s AND s.state = 'disputed'"""  # noqa: S608 - composed of constants


def links_query(tables: Tables, works: str, right: str) -> str:
    """Agreements of everybody who can be reached from the owners, and those that name one of the works."""
    part = f"{right.lower()}_share"
    term_end = _day("greatest(a.end_date, a.retention_end)")
    columns = {
        "agreement_id": "a.id",
        "assignor_id": "giver.party_id",
        "acquirer_id": "taker.party_id",
        "part": f"taker.{part}",
        "area_no": "coalesce(cover.area_no, 0)",
        "start": _day("a.start_date"),
        "first_use": f"CASE a.prior_royalties WHEN 'A' THEN 1 WHEN 'D' THEN {_day('a.prior_royalties_from')}"
        f" ELSE {_day('a.start_date')} END",
        "last_use": term_end,
        "collected_to": f"CASE WHEN a.end_date IS NULL OR a.post_term = 'O' THEN {OPEN_END}"
        f" ELSE greatest({term_end}, CASE a.post_term WHEN 'D' THEN {_day('a.post_term_until')} ELSE 0 END) END",
        "is_specific": "(a.agreement_type IN ('OS', 'PS'))::int",
        "is_original": "(a.agreement_type IN ('OG', 'OS'))::int",
        "shares_change": "a.shares_change::int",
    }
    return f"""WITH RECURSIVE wanted AS ({works}), {_COVER},
        side AS {tables.read} (SELECT * FROM {tables.party} kept),
        holder AS (
            SELECT s.party_id FROM wanted JOIN {tables.share} s USING (work_id)
                WHERE s."right" = %(right)s AND s.party_id IS NOT NULL
            UNION
            SELECT taker.party_id FROM holder JOIN side giver ON giver.party_id = holder.party_id AND giver.role = 'AS'
                JOIN side taker ON taker.agreement_id = giver.agreement_id AND taker.role = 'AC'
        ),
        asked AS (
            SELECT giver.agreement_id FROM holder JOIN side giver USING (party_id) WHERE giver.role = 'AS'
            UNION
            SELECT agreement_id FROM wanted JOIN {tables.listed} listed USING (work_id) WHERE listed.included
        )
        SELECT {LINKS.select_list(columns)} FROM asked JOIN {tables.agreement} a ON a.id = asked.agreement_id
            JOIN side giver ON giver.agreement_id = a.id AND giver.role = 'AS'
            JOIN side taker ON taker.agreement_id = a.id AND taker.role = 'AC'
            LEFT JOIN cover ON cover.area_id = a.territory
        WHERE a.state = 'active' AND taker.{part} > 0"""  # noqa: S608 - composed of constants


def named_query(tables: Tables, works: str) -> str:
    """What agreements say of the works that `works` names."""
    columns = {"agreement_id": "l.agreement_id", "work_id": "l.work_id", "included": "l.included::int"}
    return f"""WITH wanted AS ({works})
        SELECT {NAMED.select_list(columns)} FROM wanted JOIN {tables.listed} l USING (work_id)"""  # noqa: S608
