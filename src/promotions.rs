//! Composition of promotions: the key of coupon codes, and what works by itself.

use crate::app::Ground;
use crate::http::resources::loyalty::Coupons;
use actix_rt::Arbiter;
use actors::promotions::Promotions;
use loyalty::coupon::code::CodeKey;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

/// The file of the key, in the data folder.
const KEY_FILE: &str = "coupons.key";
/// Bytes of the key.
const KEY_BYTES: usize = 32;

/// Starts what works by itself; it ends with the server.
///
/// # Errors
/// The key of coupon codes cannot be read or made.
pub fn start(ground: &Ground) -> std::io::Result<Coupons> {
    let codes = code_key(&ground.settings.server.data_dir)?;
    let (log, clock, stop) = (ground.log.clone(), Arc::clone(&ground.clock), ground.stop.clone());
    let zone = ground.settings.server.time_zone;
    let (worker_codes, seed) = (codes.clone(), rand::random());
    // What changes records stays on one thread.
    let arbiter = Arbiter::new();
    arbiter.spawn_fn(move || {
        let worker = Promotions { log, clock, zone, codes: worker_codes };
        actix_rt::spawn(async move {
            worker.run(seed, stop).await;
            Arbiter::current().stop();
        });
    });
    Ok(Coupons(codes))
}

/// The key of coupon codes: kept beside the database and not in it, so that whoever reads a copy of the database cannot make
/// codes. It is made at the first start, for its owner's eyes only. Servers of one database need the same file.
///
/// # Errors
/// The file cannot be read or made, or is no key.
pub fn code_key(folder: &Path) -> std::io::Result<CodeKey> {
    let path = folder.join(KEY_FILE);
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
    match made {
        Ok(mut file) => {
            let key: [u8; KEY_BYTES] = rand::random();
            file.write_all(hex::encode(key).as_bytes())?;
            file.sync_all()?;
            Ok(CodeKey::new(key))
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let mut text = String::new();
            OpenOptions::new().read(true).open(&path)?.read_to_string(&mut text)?;
            let key = hex::decode(text.trim()).ok().and_then(|bytes| <[u8; KEY_BYTES]>::try_from(bytes).ok());
            key.map(CodeKey::new).ok_or_else(|| {
                let detail = format!("{} is no key of coupon codes: restore it from a copy", path.display());
                std::io::Error::new(ErrorKind::InvalidData, detail)
            })
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use loyalty::coupon::code::CodeLength;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_key_is_made_once_for_its_owner_only_and_a_broken_one_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let code = |key: &CodeKey| key.code(CodeLength::Usual, 1).unwrap().grouped();
        let (first, again) = (code_key(folder.path()).unwrap(), code_key(folder.path()).unwrap());
        assert_eq!(code(&first), code(&again));
        let path = folder.path().join(KEY_FILE);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::write(&path, "short").unwrap();
        assert!(code_key(folder.path()).unwrap_err().to_string().contains("restore it"));
    }
}
