"""What is stored: tables, queries, imports, migrations, samples."""
