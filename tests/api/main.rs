//! The HTTP interface from outside: the real application on a port of its own, with a fresh database and a clock
//! that the test moves.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails, and says where"
)]

mod connectors;
mod contract;
mod events;
mod flows;
mod keys;
mod limits;
mod loyalty;
mod loyalty_cards;
mod loyalty_catalogue;
mod loyalty_exports;
mod loyalty_files;
mod loyalty_members;
mod loyalty_promotions;
mod messages;
mod password;
mod people;
mod people_groups;
mod predictions;
mod record;
mod resources_access;
mod resources_audio;
mod resources_config;
mod resources_contacts;
mod resources_customers;
mod resources_linked;
mod resources_operators;
mod resources_records;
mod resources_support;
mod roles;
mod routes;
mod scenarios;
mod session;
mod support;
mod system;
mod telegram;
mod tls;
mod units;
