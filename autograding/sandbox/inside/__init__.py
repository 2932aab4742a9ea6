"""What runs inside the sandbox. Imports nothing of the rest of autograding, which is not there."""
