"""Alembic's entry: runs the migrations on the engine that store/database.py hands over, in one transaction.

Two programs that start at once do not both migrate: on PostgreSQL a lock, on SQLite the write lock sees to it.
"""

from alembic import context
from sqlalchemy import Engine, text

from edi_gateway.store.tables import metadata

_LOCK = 850_997_855

engine: Engine = context.config.attributes["engine"]
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
    with context.begin_transaction():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        context.run_migrations()
