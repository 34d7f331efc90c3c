"""What came of answers, delivered to the city's and the province's platforms with signed receipts."""
