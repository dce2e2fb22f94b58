"""The channel plane on Cassandra: prepared statements, lightweight transactions, and no thread for a call."""
