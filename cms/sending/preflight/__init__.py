"""Before an issue is sent: what is fine, what somebody should look at, and what stops it."""
