"""What only a key holder can do: name things one way, seal what is personal, hash PINs and passwords."""
