"""Adapters of core's ports on real engines. It knows neither channels nor conversations."""
