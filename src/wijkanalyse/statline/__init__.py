"""StatLine, the open data of Statistics Netherlands (CBS): fetching tables, finding columns, keeping snapshots."""
