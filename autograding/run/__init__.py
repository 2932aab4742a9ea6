"""One run over a class: prepare each submission, execute it anywhere, record it."""
