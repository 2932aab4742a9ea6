"""What students and teachers read of a graded class: feedback pages, table and CSV file."""
