"""The headers of every answer."""

from collections.abc import Mapping

REQUEST_ID = "X-Request-Id"

# Answers are data: browsers must not run, frame or store them. The explorer has a policy of its own.
EVERYWHERE: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

# What pages of the configured origins may do. On AWS API Gateway does this, configured by the template.
CORS_METHODS = ("GET", "POST")
CORS_REQUEST_HEADERS = ("accept", "authorization", "content-type")
CORS_RESPONSE_HEADERS = ("retry-after", "x-request-id")
CORS_SECONDS = 3600
