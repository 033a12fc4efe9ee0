use super::*;
use chrono::TimeDelta;
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

/// SEC-03
#[test]
fn length_complexity_and_likeness_to_the_login_are_checked() {
    let policy = PasswordPolicy::default();
    let table = [
        ("Correct-horse-1", Ok(())),
        ("Short-1", Err(WeakPassword::TooShort(12))),
        ("alllowercaseletters", Err(WeakPassword::TooSimple(3))),
        ("lower and spaces", Err(WeakPassword::TooSimple(3))),
        ("Пароль-длинный-7", Ok(())),
        ("my-Dilnoza-2026", Err(WeakPassword::LikeLogin)),
    ];

    for (password, expected) in table {
        assert_eq!(policy.check("dilnoza", password), expected, "{password}");
    }
    assert_eq!(policy.check("dilnoza", &"Aa1-".repeat(65)), Err(WeakPassword::TooLong));
    assert!(policy.check("o", "Correct-horse-1").is_ok(), "a login of one letter stands in everything");
}

/// SEC-04
#[test]
fn a_password_expires_on_the_day_the_policy_says_and_never_when_it_says_0() {
    let changed_at = DateTime::from_timestamp(1_767_225_600, 0).unwrap();
    let after = |days| changed_at + TimeDelta::days(days);
    let policy = PasswordPolicy { expires_after_days: 90, ..PasswordPolicy::default() };
    let never = PasswordPolicy { expires_after_days: 0, ..PasswordPolicy::default() };

    assert!(!policy.is_expired(changed_at, after(89)));
    assert!(policy.is_expired(changed_at, after(90)));
    assert!(!never.is_expired(changed_at, after(9_000)));
}

#[test]
fn only_the_right_password_fits_its_hash_and_none_fits_the_decoy() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let stored = Hasher.hash("Correct-horse-1", &mut rng).unwrap();

    assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
    assert!(Hasher.verify("Correct-horse-1", Some(&stored)));
    assert!(!Hasher.verify("correct-horse-1", Some(&stored)));
    assert!(!Hasher.verify("", None));
    assert!(!Hasher.verify("Correct-horse-1", Some("rubbish")));
}

/// The decoy must cost what a real hash costs, or timing would tell which logins exist.
#[test]
fn the_decoy_is_a_hash_with_the_present_parameters() {
    let decoy = PasswordHash::new(DECOY).unwrap();
    let real = Hasher.hash("x", &mut ChaCha20Rng::seed_from_u64(1)).unwrap();
    let real = PasswordHash::new(&real).unwrap();

    assert_eq!(decoy.params, real.params);
    assert_eq!(decoy.hash.unwrap().len(), real.hash.unwrap().len());
}

proptest! {
    /// SEC-03
    #[test]
    fn generated_passwords_obey_every_policy(seed: u64, length_min in 0_u16..=256, classes_min in 0_u8..=4) {
        let policy = PasswordPolicy { length_min, classes_min, ..PasswordPolicy::default() };
        let password = policy.generate(&mut ChaCha20Rng::seed_from_u64(seed));
        prop_assert_eq!(policy.check("administrator", &password), Ok(()));
    }

    #[test]
    fn any_text_is_accepted_or_refused_without_panic(login in ".{0,20}", password in ".{0,300}") {
        let _ = PasswordPolicy::default().check(&login, &password);
    }
}
