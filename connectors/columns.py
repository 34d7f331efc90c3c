"""Types of columns that tables share."""

from sqlalchemy import DateTime

Timestamp = DateTime(timezone=True)  # an instant; PostgreSQL keeps it in UTC
