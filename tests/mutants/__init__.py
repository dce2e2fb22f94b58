"""Mutation tests of the money rules: `make mutants`. Not in CI: they ask whether the tests are good, not the code."""
