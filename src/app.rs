//! Composition: what starts, in which order, and how it stops.
