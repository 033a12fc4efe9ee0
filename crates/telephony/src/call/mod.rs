//! The call: a pure machine over legs, a flow and a bridge plan.
