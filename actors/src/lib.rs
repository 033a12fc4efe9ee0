//! The live things: an actor is a thin shell around one pure core.
