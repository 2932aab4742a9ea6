"""Fixtures that several test files share."""

from browser_fixtures import book, browser, context, site, visit  # noqa: F401  pytest finds fixtures here by name
