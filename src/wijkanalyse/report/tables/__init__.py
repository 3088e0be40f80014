"""The report's tables, as Markdown made from claims and tidy frames."""
