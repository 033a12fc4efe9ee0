//! Who may do what: organisation units, people, roles, sessions, API keys, audit.
