"""The bubblewrap sandbox: it runs strangers' cells where they cannot do harm."""
