"""The staff portal: server-rendered pages over core's use cases and reads."""
