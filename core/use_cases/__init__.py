"""What the product does, one function a use case: open a unit, apply the rules, keep the effect and its key together."""
