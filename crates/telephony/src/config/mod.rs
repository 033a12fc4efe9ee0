//! Trunks, numbers, prompts and recordings as rows.
