"""Where tokens and the admin key are kept."""
