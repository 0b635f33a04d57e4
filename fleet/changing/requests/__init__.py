"""What goes out for each verb, and what is asked of the provider before it.

Each function prepares one request: it reads the current target, refuses what is impossible, and answers a `Ready`
that sends the request. It answers null while the provider is busy with the target. Nothing changes at the provider
before `Ready.send`.
"""
