"""The composition root: settings, wiring, command line and demo. The only room that sees all the others."""
