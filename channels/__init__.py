"""One folder a channel: parse, converse, render, send. It knows providers' wire formats and holds no business rule."""
