//! Measures the whole server from outside: `cargo run --release -p server-bench -- calls | events | loyalty | loyalty-files |
//! messages | queue | overload | wallboard`.
//!
//! Each measurement but `messages` starts a release server of its own with a fresh database; all print figures beside
//! limits.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a measurement stops at the first surprise"
)]

mod calls;
mod events;
mod loyalty;
mod loyalty_files;
mod machine;
mod messages;
mod overload;
mod queue;
mod sipp;
mod site;
mod staff;
mod wallboard;
mod wire;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let files = machine::raise_open_files();
    let chosen = arguments.first().map(String::as_str);
    println!("machine: {}; {files} open files", machine::describe());
    match chosen {
        Some("calls") => calls::run(),
        Some("events") => events::run(),
        Some("loyalty") => loyalty::run(),
        Some("loyalty-files") => loyalty_files::run(),
        Some("messages") => messages::run(arguments.get(1).map(String::as_str)),
        Some("queue") => queue::run(number(&arguments, 40)),
        Some("overload") => overload::run(),
        Some("wallboard") => {
            let sockets = arguments.get(1).map(|_| number(&arguments, 0));
            for sockets in sockets.map_or(vec![1_000, 10_000], |sockets| vec![sockets]) {
                wallboard::run(sockets);
            }
        }
        _ => println!(
            "usage: cargo run --release -p server-bench -- calls | events | loyalty | loyalty-files | messages [sms|mail] | queue [OPERATORS] | overload | wallboard [SOCKETS]"
        ),
    }
}

fn number(arguments: &[String], otherwise: usize) -> usize {
    arguments.get(1).map_or(otherwise, |text| text.parse().expect("the second argument is a number"))
}
