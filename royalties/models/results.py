"""What a run worked out: partitioned by run, bulk-loaded by COPY, sealed and never changed.

The tables are made by the migration `bulk_results` (list partitions by run); Django only reads them. Units are 1/10,000
of a minor unit and exist inside a run only; what people are owed is in whole minor units.
"""

from django.db import models


class TextResult(models.Model):
    """What one text earned in its pool: weight of all its lines, and its amount in units."""

    pk = models.CompositePrimaryKey("run_id", "pool_no", "text_key")
    run_id = models.BigIntegerField()
    pool_no = models.IntegerField()
    text_key = models.BigIntegerField()
    work_id = models.BigIntegerField()
    weight = models.BigIntegerField()
    units = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "royalties_textresult"
        default_permissions = ()


class LineResult(models.Model):
    """What one usage line earned. `line_key` = file position in the upper 32 bits, row number in the lower."""

    pk = models.CompositePrimaryKey("run_id", "pool_no", "line_key")
    run_id = models.BigIntegerField()
    pool_no = models.IntegerField()
    line_key = models.BigIntegerField()
    text_key = models.BigIntegerField()
    weight = models.BigIntegerField()
    units = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "royalties_lineresult"
        default_permissions = ()


class AllocationLine(models.Model):
    """What one share of one work (or one unidentified text) earned in one pool. With a payee above zero it is a line
    of that payee's statement; with a negative payee it is held, and the number says why (see RunShare)."""

    pk = models.CompositePrimaryKey("run_id", "pool_no", "payee_id", "work_id", "share_id", "text_key")
    run_id = models.BigIntegerField()
    pool_no = models.IntegerField()
    payee_id = models.BigIntegerField()
    work_id = models.BigIntegerField()
    share_id = models.BigIntegerField()
    text_key = models.BigIntegerField()
    units = models.BigIntegerField()
    amount = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "royalties_allocationline"
        default_permissions = ()


class PayeeTotal(models.Model):
    """What one payee (or one held bucket) earned in one pool, in whole minor units."""

    pk = models.CompositePrimaryKey("run_id", "pool_no", "payee_id")
    run_id = models.BigIntegerField()
    pool_no = models.IntegerField()
    payee_id = models.BigIntegerField()
    units = models.BigIntegerField()
    amount = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "royalties_payeetotal"
        default_permissions = ()
