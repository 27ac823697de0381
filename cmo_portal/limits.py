"""How often somebody may do something: counters in the cache, so that the public cannot flood a desk (S15)."""

import hashlib
import logging

from django.core.cache import cache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


def within_limit(purpose: str, origin: str, *, limit: int, seconds: int) -> bool:
    """Whether `origin` (an address, an account) may do this once more within the time; counts this time.

    A cache that is away lets people pass: the limit spares a desk, it guards no secret. The origin does not stand in
    the cache as it is.
    """
    name = f"limit-{purpose}-{hashlib.sha256(origin.encode()).hexdigest()[:32]}"
    try:
        cache.add(name, 0, seconds)
        return int(cache.incr(name)) <= limit
    except ValueError:  # the time ended between the two calls: this is the first of a new time
        return True
    except (OSError, RedisError):
        log.warning("the cache does not answer; requests are not counted", exc_info=True)
        return True
