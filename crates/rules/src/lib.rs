//! Decisions: one expression language, decision tables, and rules that react to events.
