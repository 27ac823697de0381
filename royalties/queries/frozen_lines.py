"""The lines of a frozen run, weighed by its rules, as the kernel takes them."""

from collections.abc import Iterator

import numpy as np

from cmo_portal.common.columns import NONE
from cmo_portal.common.pgcopy import I64
from royalties.models import Run
from royalties.queries.frozen import POSITION_BITS, Feed, feeds_of, texts_of
from royalties.queries.usage_lines import stored_lines
from royalties.rules.kernel_tables import Lines


def lines_of(run: Run, slice_no: int) -> Iterator[Lines]:
    """The lines of a slice, a table for each part of a file and pool that it feeds; ignored texts left out."""
    texts = texts_of(run)
    for feed in feeds_of(run):
        base = np.int64(feed.position << POSITION_BITS)
        for stored in stored_lines(feed.file_id):
            part = stored.of_slice(run.slices, slice_no)
            row_no, text_no = part.lines.row_no, part.lines.text_no
            pool_no = _pools_of_texts(texts, feed, base, text_no)
            lines = Lines(pool_no, base | text_no, base | row_no, part.weights(feed.rule, feed.parts_scale))
            ignored = pool_no == NONE
            yield lines.take(~ignored) if ignored.any() else lines


def _pools_of_texts(texts: dict[str, I64], feed: Feed, base: np.int64, text_no: I64) -> I64:
    """The leaf pool of each line's text; −1 where the text takes no part."""
    size = int(text_no.max(initial=0)) + 1
    pool_of = np.full(size, NONE)
    for number in feed.pool_numbers:  # the texts stand in order of pool and key
        first, last = np.searchsorted(texts["pool_no"], [number, number + 1])
        keys = texts["text_key"][first:last]
        low, high = np.searchsorted(keys, [base, base + size])
        pool_of[keys[low:high] - base] = number
    return pool_of[text_no]
