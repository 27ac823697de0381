"""Things done at the same moment."""

import threading
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection


def at_once(*functions: Callable[[], Any]) -> list[Any]:
    """Call all at the same moment, each in a thread of its own; results, or the ValidationError."""
    gate, results = threading.Barrier(len(functions)), [None] * len(functions)

    def call(place: int, function: Callable[[], Any]) -> None:
        try:
            gate.wait()
            results[place] = function()
        except ValidationError as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=call, args=pair) for pair in enumerate(functions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
