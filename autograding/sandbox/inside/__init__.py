"""What runs inside the sandbox. It imports nothing else of autograding, which is not there."""
