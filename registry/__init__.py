"""How the registry runs: the Django project and what cuts across the domain."""
