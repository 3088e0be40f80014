"""A page per municipality in one offline HTML file."""

from wijkanalyse.report.municipal.page import SOURCES, make_page

__all__ = ["SOURCES", "make_page"]
