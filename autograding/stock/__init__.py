"""What knows how nbgrader works inside: its configuration, converters, gradebook and late penalties."""
