"""What happens to records: import and validation, duplicates, leakage, splits, versions, topics, synthesis."""
