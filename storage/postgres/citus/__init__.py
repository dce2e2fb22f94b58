"""The record plane on Citus: its nodes joined, its tables distributed, its districts placed, all of it watched.

Here is what an operator does to a cluster, and what migrations need of one. The product's own statements know nothing
of it: they name their district, and any node serves them.
"""
