//! The document's Java samples, run as they are printed but for host, key and account.

use std::path::Path;

use tokio::process::Command;

use crate::world::{World, email};

const DEFINITION: &str = include_str!("samples/AccountDefinition.java.txt");
const SET_REQUEST: &str = include_str!("samples/PasswordSetRequest.java.txt");
const HOST: &str = "https://www.webconnect.hulft.com";
const PLACEHOLDER: &str = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

/// Whether there is a Java compiler. In CI there must be one.
async fn can_compile() -> bool {
    let found = Command::new("javac").arg("-version").output().await.is_ok();
    assert!(found || std::env::var_os("CI").is_none(), "CI must have a javac to run the document's samples");
    if !found {
        eprintln!("SKIPPED: there is no javac here, so the document's Java samples were not run");
    }
    found
}

/// What the sample prints.
async fn run(folder: &Path, method: &str) -> String {
    let source = format!("import java.io.*;\nimport java.net.*;\npublic class Sample {{\n{method}\n}}\n");
    std::fs::write(folder.join("Sample.java"), source).unwrap();
    let compiled = Command::new("javac").arg("Sample.java").current_dir(folder).output().await.unwrap();
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    let ran = Command::new("java").args(["-cp", ".", "Sample"]).current_dir(folder).output().await.unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap()
}

fn for_us(world: &World, sample: &str) -> String {
    let key = format!("apiKey = \"{PLACEHOLDER}\"");
    assert!(sample.contains(HOST) && sample.contains(&key));
    sample
        .replace(HOST, &format!("http://{}", world.address))
        .replace(&key, &format!("apiKey = \"{}\"", world.key))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_documents_java_samples_register_an_account_and_have_its_mail_sent() {
    if !can_compile().await {
        return;
    }
    let world = World::new().await;
    world.define_groups().await;
    let folder = tempfile::tempdir().unwrap();

    // The page has this sample on one line, where its comment would swallow the closing braces, and a space of HTML's in
    // the other one, which is none in Java.
    let definition = for_us(&world, DEFINITION).replace("// error ", "// error\n");
    let printed = run(folder.path(), &definition).await;
    let account: serde_json::Value =
        serde_json::from_str(printed.trim()).expect("the sample prints the answer");
    assert_eq!(account["mailAddress"], "sample@example.com");
    assert_eq!(
        (&account["ipFilterGroupName"], &account["memo"]),
        (&"ipFilterGroupName".into(), &"memo".into())
    );

    let id = account["id"].as_str().unwrap();
    let set_request = for_us(&world, SET_REQUEST).replace(PLACEHOLDER, id).replace('\u{a0}', " ");
    assert_eq!(run(folder.path(), &set_request).await.trim(), "No Content");
    assert!(world.mailer.last_link_to(&email("sample@example.com")).is_some());
}
