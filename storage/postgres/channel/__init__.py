"""The channel plane: plain asyncpg, one prepared statement for each thing that a hop needs."""
