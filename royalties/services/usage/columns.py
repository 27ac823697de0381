"""The columns of a taken file, kept beside its rows."""

from tempfile import TemporaryFile

from royalties.formats.packed import pack
from royalties.models import UsageColumns, UsageFile
from royalties.queries.usage_lines import make_lines
from royalties.rules.line_columns import CodedLines


def keep_columns(file: UsageFile) -> None:
    """Write the columns of the file's lines; belongs into the transaction that writes the lines.

    While the rows come the connection is busy, so the parts wait on disk until all of them are there.
    """
    with TemporaryFile() as waiting:
        rows: list[UsageColumns] = []
        sizes: list[int] = []

        def keep(part: CodedLines) -> None:
            rows.append(
                UsageColumns(file_id=file.pk, part_no=len(rows), uses=list(part.uses), dayparts=list(part.dayparts))
            )
            sizes.append(waiting.write(pack(part.lines)))

        make_lines(file.pk, keep)
        waiting.seek(0)
        for row, size in zip(rows, sizes, strict=True):
            row.body = waiting.read(size)
            row.save(force_insert=True)
