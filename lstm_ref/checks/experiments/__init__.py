"""Find out by experiment: call a wrong function again, with arguments that are chosen to tell which line is wrong."""
