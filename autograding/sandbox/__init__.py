"""Running strangers' notebooks where they can hurt nothing: `execute.execute(job)`."""
