"""Views: subsets of tags and fields, declared for an institution's own model and one purpose, put in force by two."""
