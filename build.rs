//! The web application in `web/dist` is embedded into a release and read from there by a debug build.
//! A build of the server alone works without it.

fn main() {
    let release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    println!("cargo::rerun-if-changed={}", if release { "web/dist" } else { "build.rs" });
    if let Err(error) = std::fs::create_dir_all("web/dist") {
        println!("cargo::warning=web/dist cannot be made: {error}");
    }
}
