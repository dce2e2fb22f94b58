"""Backups of the embedded database: one folder each, which says of itself what is needed to read it.

A backup holds no key. Who finds one learns amounts and dates, but neither names nor numbers; who loses the keys has
lost what it holds.
"""
