"""What the product does, one function a use case: open a unit, apply the rules, keep effect and key together."""
