"""What came of answers, counted: admission, first-time borrowers, amounts, balances and defaults."""
