"""The PostgreSQL warehouse: embedded server, roles, migrations, connections."""
