"""The commands, one module a subject. Each reads its options, calls one function, and prints what came of it."""
