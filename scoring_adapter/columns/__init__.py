"""The column store: integer Parquet per dataset and day of landing, in a folder or an object store. No database."""
