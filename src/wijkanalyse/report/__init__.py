"""From estimates to the report: claims, figures, tables, rendering."""
