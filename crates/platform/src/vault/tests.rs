use super::*;
use secrecy::ExposeSecret;

const PLACE: &str = "channels.link.password/1";

/// SEC-07: the key file is made at the first start, for its owner alone, and used at the next.
#[test]
fn a_key_is_made_once_and_opens_what_it_sealed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secrets.key");

    let sealed = Vault::open_file(&path).unwrap().seal(PLACE, "s3cret").unwrap();
    let again = Vault::open_file(&path).unwrap();

    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, MODE);
    assert!(!sealed.contains("s3cret"));
    assert_eq!(again.open(PLACE, &sealed).unwrap().expose_secret(), "s3cret");
    assert_ne!(again.seal(PLACE, "s3cret").unwrap(), sealed, "the same secret twice does not show");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(Vault::open_file(&path), Err(VaultError::Open(_))));
}

#[test]
fn a_sealed_text_opens_in_its_place_and_unchanged_only() {
    let vault = Vault::with_key([7; 32]).unwrap();
    let sealed = vault.seal(PLACE, "s3cret").unwrap();

    assert!(matches!(vault.open("channels.link.password/2", &sealed), Err(VaultError::Damaged)));
    let (start, end) = sealed.split_at(sealed.len() - 6);
    let changed = format!("{start}{}", end.chars().rev().collect::<String>());
    assert!(matches!(vault.open(PLACE, &changed), Err(VaultError::Damaged)));
    for broken in ["sealed:1:", "sealed:1:x", &sealed[..25]] {
        assert!(vault.open(PLACE, broken).is_err(), "{broken}");
    }
    let other = Vault::with_key([8; 32]).unwrap();
    assert!(matches!(other.open(PLACE, &sealed), Err(VaultError::UnknownKey(_))));
}

/// A new first line: what is stored is sealed anew at the next start, and opens before that.
#[test]
fn a_new_key_takes_over_from_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secrets.key");
    let old = Vault::open_file(&path).unwrap();
    let sealed = old.seal(PLACE, "s3cret").unwrap();
    let text = format!("{}\n{}", STANDARD.encode([9; 32]), std::fs::read_to_string(&path).unwrap());
    std::fs::write(&path, text).unwrap();

    let both = Vault::open_file(&path).unwrap();
    let renewed = both.renewed(PLACE, &sealed).unwrap().unwrap();

    assert!(both.renewed(PLACE, &renewed).unwrap().is_none());
    assert!(Vault::with_key([9; 32]).unwrap().open(PLACE, &renewed).is_ok());
    assert!(old.open(PLACE, &renewed).is_err());
    let plain = both.renewed(PLACE, "from an older server").unwrap().unwrap();
    assert_eq!(both.open(PLACE, &plain).unwrap().expose_secret(), "from an older server");
}

#[test]
fn a_line_that_is_no_key_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secrets.key");
    std::fs::write(&path, format!("{}\nnonsense\n", STANDARD.encode([9; 32]))).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(MODE)).unwrap();

    let told = Vault::open_file(&path).unwrap_err().to_string();

    assert!(told.contains("line 2"), "{told}");
}
