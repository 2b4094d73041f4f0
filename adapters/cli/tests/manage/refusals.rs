//! What is refused, and how that is told.

use crate::house::House;

const ADA: &str = "ada@example.com";

#[test]
fn bad_input_is_said_with_the_options_name_and_a_stable_code_and_without_the_value() {
    let house = House::without_mailer();
    house.registered(ADA);
    for (args, code, option) in [
        (&["accounts", "register", "secret.example.com"][..], "bad_address", "ADDRESS: "),
        (&["accounts", "show", "secret@@example.com"], "bad_address", "ACCOUNT: "),
        (&["accounts", "update", ADA, "--memo", "secret\u{7}"], "bad_memo", "--memo: "),
        (&["accounts", "update", ADA, "--locale", "secret tag"], "bad_locale", "--locale: "),
        (&["accounts", "update", ADA, "--validity", "7"], "bad_password_validity", "--validity: "),
        (&["accounts", "update", ADA, "--group", "secret group"], "bad_ip_filter_group_name", "--group: "),
        (&["accounts", "update", ADA, "--email", "secret"], "bad_address", "--email: "),
        (&["accounts", "list", "--not-logged-in-since", "secret"], "bad_day", "--not-logged-in-since: "),
        (&["accounts", "suspend", ADA, "--reason", "secret reason"], "bad_actor", "--reason: "),
        (&["accounts", "request-password-set", ADA, "--wait", "secret"], "bad_span", "--wait: "),
        (&["accounts", "request-password-set", ADA, "--page", "secret"], "bad_link_url", "--page: "),
        (
            &["accounts", "request-password-set", ADA, "--return-url", "secret"],
            "bad_return_url",
            "--return-url: ",
        ),
        (&["groups", "define", "secret group", "192.0.2.7"], "bad_ip_filter_group_name", "NAME: "),
        (&["groups", "define", "office", "secret"], "bad_network", "NETWORK: "),
        (&["suppressions", "clear", "secret"], "bad_address", "ADDRESS: "),
        (&["suppressions", "clear", "--tag", "secret"], "bad_tag", "--tag: "),
        (&["outbox", "show", "secret"], "bad_mail_id", "MAIL: "),
        (&["journal", "feed", "--follow", "--every", "secret"], "bad_span", "--every: "),
        (&["--as", "secret name", "accounts", "list"], "bad_actor", "--as: "),
    ] {
        let (told, text) = house.refused(args);
        assert_eq!(told, code, "{args:?}: {text}");
        assert!(text.starts_with(option) && !text.contains("secret"), "{args:?}: {text}");
        let output = house.run("manage", args, "");
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            (output.status.code(), said),
            (Some(1), format!("accountable: {text} ({code})\n")),
            "{args:?}"
        );
    }
}

#[test]
fn an_account_of_another_realm_is_unknown_whatever_is_done_to_it() {
    let house = House::without_mailer();
    let id = house.registered(ADA);
    for command in [
        &["show"][..],
        &["update", "--memo", "x"],
        &["request-password-set", "--wait", "0 s"],
        &["request-email-proof", "--wait", "0 s"],
        &["require-password-change"],
        &["assign-password"],
        &["suspend", "--reason", "x"],
        &["reinstate"],
        &["unlock"],
        &["end-sessions"],
        &["close"],
        &["reopen"],
        &["erase", "--yes"],
    ] {
        for named in [id.as_str(), ADA] {
            let args = [&["--settings", "other.toml", "accounts"], command, &[named]].concat();
            assert_eq!(house.code(&args), "no_such_account", "{args:?}");
        }
    }
    assert!(house.lines(&["accounts", "list", "--settings", "other.toml"]).is_empty());
    assert!(house.lines(&["journal", "feed", "--settings", "other.toml"]).is_empty());
    assert_eq!(house.events(&id), ["registered"]);
}

#[test]
fn another_keyring_and_missing_settings_are_told_with_their_code() {
    let house = House::without_mailer();
    house.registered(ADA);
    assert_eq!(house.code(&["accounts", "list", "--settings", "none.toml"]), "bad_settings");
    std::fs::remove_file(house.folder().join("keys.toml")).unwrap();
    assert_eq!(house.code(&["accounts", "list"]), "bad_settings");
    std::fs::remove_file(house.folder().join("settings.toml")).unwrap();
    assert!(house.run("init", &["."], "").status.success());
    house.write("settings.toml", "[links]\npage = \"https://app.example/password\"\n");
    assert_eq!(house.code(&["accounts", "list"]), "wrong_keyring");
}
