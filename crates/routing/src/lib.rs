//! The routing kernel: queues, skills, operators, offers, service level.
