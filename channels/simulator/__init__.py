"""A phone for the demo: in the browser at `/simulator`, and in the terminal. Both speak the provider's own callback."""
