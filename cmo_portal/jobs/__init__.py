"""Background work: the transactional outbox, leases and fencing tokens. PostgreSQL is the truth, Celery carries ids."""
