"""What is kept: frozen records of the borrower, the application, the loan and the staff who decide."""
