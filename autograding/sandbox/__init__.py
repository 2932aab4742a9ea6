"""The bubblewrap sandbox: it runs strangers' cells where they can hurt nothing."""
