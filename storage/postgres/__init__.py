"""Both planes on PostgreSQL: SQLAlchemy Core and asyncpg, one schema for plain PostgreSQL and Citus."""
