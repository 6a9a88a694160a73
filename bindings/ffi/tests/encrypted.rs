//! The encrypted file as an app in another language opens it.

#![cfg(feature = "sqlcipher")]

use kring::{KringError, open_encrypted, rescue_encrypted};

#[test]
fn an_app_opens_its_file_with_its_key_and_nobody_else_does() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("emine.kring");
    let path = path.to_str().unwrap();
    let open = |key: Vec<u8>| open_encrypted(path, key, "test", "nl");
    let phone = open(vec![7; 32]).unwrap();
    phone.create_space("Rond Geheimpje").unwrap();
    phone.close();
    let bytes = std::fs::read(path).unwrap();
    assert!(!bytes.windows(9).any(|word| word == b"Geheimpje" || word == b"SQLite fo"));
    assert!(matches!(open(vec![8; 32]), Err(KringError::WrongKey { .. })));
    for length in [0, 31, 33] {
        assert!(matches!(open(vec![7; length]), Err(KringError::Refused { field: Some(field), .. }) if field == "key"));
    }
    let rescued = rescue_encrypted(path, vec![7; 32], "test", "nl").unwrap();
    assert_eq!((rescued.set_aside, rescued.kring.spaces().unwrap().len()), (None, 1), "it was not damaged");
}
