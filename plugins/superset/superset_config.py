"""Superset's configuration: what differs from its defaults, and why. Read by Superset from PYTHONPATH.

Secrets come from the environment or from files in the folder of secrets; the two that Superset cannot do without have no
default, so that a container without them stops at once.
"""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy.engine import URL, make_url

HOME = Path(os.environ["SUPERSET_HOME"])


def secret(variable: str) -> str | None:
    """The environment variable, else the file of its name in the folder of secrets; none where neither is there or it is empty."""
    file = Path(os.environ.get("SUPPORT_LIST_SECRETS", "/run/secrets/support-list/bi")) / variable
    return os.environ.get(variable) or (file.read_text().strip() if file.exists() else None) or None


def required(variable: str) -> str:
    """As secret, but it must be there."""
    if (value := secret(variable)) is None:
        raise SystemExit(
            f"Superset needs {variable}, or a file of that name in the folder of secrets: see docs/bi-tools.md."
        )
    return value


def warehouse_url() -> URL:
    """Where the warehouse is and who reads it, without the password."""
    return URL.create(
        "postgresql+psycopg2",
        username=os.environ.get("SUPPORT_LIST_BI_USER", "bi_reader"),
        host=os.environ.get("SUPPORT_LIST_PG_HOST", "127.0.0.1"),
        port=int(os.environ.get("SUPPORT_LIST_PG_PORT", "5432")),
        database="warehouse",
        query={"sslmode": os.environ.get("SUPPORT_LIST_PG_SSLMODE", "prefer")},
    )


def lookup_password(url: URL | str) -> str | None:
    """The warehouse's password, for the warehouse alone: a connection that a user adds to another server gets none."""
    asked, ours = make_url(url), warehouse_url()
    if (asked.host, asked.port, asked.username) != (ours.host, ours.port, ours.username):
        return None
    return required(f"SUPPORT_LIST_PG_PASSWORD_{ours.username.upper()}")


SECRET_KEY = required("SUPERSET_SECRET_KEY")
SQLALCHEMY_DATABASE_URI = secret("SUPERSET_DATABASE_URL") or f"sqlite:///{HOME / 'superset.db'}"
# Asked at every connection, so that no password lies in Superset's own database and a new one counts at once.
SQLALCHEMY_CUSTOM_PASSWORD_STORE = lookup_password

# A list changes a few times a year, yet the reader who waits for a correction should see it within minutes. The cache
# is that of the one gunicorn worker: two would show two states.
DATA_CACHE_CONFIG = {"CACHE_TYPE": "SimpleCache", "CACHE_DEFAULT_TIMEOUT": 300}
CACHE_CONFIG = DATA_CACHE_CONFIG

# A national list is some 20,000 schools; more rows than this belong into a notebook.
ROW_LIMIT = 50_000
SQL_MAX_ROW = 100_000
SUPERSET_WEBSERVER_TIMEOUT = 60

FEATURE_FLAGS = {
    # Nothing here sends mail or photographs a page, and nobody uploads files into the warehouse.
    "ALERT_REPORTS": False,
    "EMBEDDABLE_CHARTS": False,
}
FAB_API_SWAGGER_UI = False
TALISMAN_ENABLED = True
HTTPS = os.environ.get("SUPERSET_HTTPS") == "true"
# Superset's own policy allows map tiles, fonts and a counting pixel from elsewhere. Nothing leaves this one: a browser
# that shows a school's tier talks to this server and to no other.
TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "connect-src": ["'self'"],
        "font-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "img-src": ["'self'", "blob:", "data:"],
        "object-src": "'none'",
        "script-src": ["'self'", "'strict-dynamic'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "worker-src": ["'self'", "blob:"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "frame_options": "DENY",
    "referrer_policy": "same-origin",
    "force_https": HTTPS,
    "session_cookie_secure": HTTPS,
}
ENABLE_CORS = False
ENABLE_PROXY_FIX = HTTPS  # TLS ends at a proxy, which says so
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
# Guessing passwords is slow; the limits are kept by the one worker.
RATELIMIT_ENABLED = True
RATELIMIT_STORAGE_URI = "memory://"

APP_NAME = "School support list"
LANGUAGES = {"en": {"flag": "gb", "name": "English"}}
D3_FORMAT = {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["£", ""]}
THEME_DARK = None  # the tiers' colours are made for a light page
