//! The ground the server stands on: Postgres, migrations, event log, write journal, settings, logs, metrics.
