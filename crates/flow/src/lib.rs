//! The flow kernel: a checked graph of typed nodes and the pure function that walks it.
