//! The form of a record.

use super::*;

#[test]
fn a_record_is_read_back_with_what_a_newer_build_added() {
    let ada = account(1, "ada@example.com");
    let form = encode(&ada).unwrap();
    assert_eq!(decode::<Account>(&form).unwrap(), ada);

    let mut newer: serde_json::Value = serde_json::from_slice(&serde_json::to_vec(&ada).unwrap()).unwrap();
    newer["colour"] = "blue".into();
    let newer: Account = serde_json::from_value(newer).unwrap();
    assert_ne!(newer, ada);
    assert_eq!(decode::<Account>(&encode(&newer).unwrap()).unwrap(), newer);
}

#[test]
fn an_error_has_no_word_of_the_record() {
    let mut form = encode(&account(1, "ada@example.com")).unwrap();
    form.truncate(form.len() / 2);
    for damaged in [form, b"\"ada@example.com\"".to_vec(), vec![]] {
        let error = decode::<Account>(&damaged).unwrap_err();
        assert_eq!(error, CodecError::Unreadable);
        assert!(!format!("{error} {error:?}").contains("example"));
    }
}
