"""The stand-in for the providers in the demo and in tests: Africa's Talking's SMS API and a mobile-money rail.

A server of its own on loopback. It answers as the real ones do, calls the application back, tells what was sent
(`/_sent`, `/_payouts`, `/_payments`), and goes wrong when asked (`/_faults`). Never part of `serve`.
"""
