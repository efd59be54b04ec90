"""What a URL keeps secret is in no message, whoever writes it."""

from __future__ import annotations

from urllib.parse import parse_qsl, unquote, urlsplit

from calibrate.engines.sql.connections import said_by

_SHORT = 4
"""Shorter values of options, such as a port, are no secret, and would hide too much."""


def without_secrets(url: str) -> str:
    """Give a URL without user, password and options.

    Examples
    --------
    >>> without_secrets("snowflake://me:hunter2@account/crm?token=abc")
    'snowflake://account/crm'
    """
    scheme, mark, rest = url.partition("://")
    return f"{scheme}{mark}{rest.rpartition('@')[2].partition('?')[0]}"


def host_of(url: str) -> str:
    """Give the host of a URL; without one it is this machine."""
    try:
        return urlsplit(url).hostname or "this machine"
    except ValueError:  # no URL at all: brackets that do not close
        return "that address"


def said_without_secrets(fault: Exception, url: str) -> str:
    """Give what an engine says, without what the URL keeps secret.

    Examples
    --------
    >>> said_without_secrets(OSError("no such user me:hun ter"), "postgres://me:hun%20ter@host/crm")
    'no such user me:....'
    """
    said = str(fault)
    rest = url.partition("://")[2]
    password = rest.rpartition("@")[0].partition(":")[2]
    options = rest.partition("?")[2]
    values = [value for _, value in parse_qsl(options)] + [
        one.partition("=")[2] for one in options.split("&")
    ]
    secrets = {url, password, unquote(password), *(one for one in values if len(one) >= _SHORT)}
    for secret in sorted(secrets - {""}, key=len, reverse=True):
        said = said.replace(secret, "...")
    return said_by(Exception(said))
