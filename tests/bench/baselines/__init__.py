"""What look-ups are compared with: each the fast way of its kind, each a server of its own."""
