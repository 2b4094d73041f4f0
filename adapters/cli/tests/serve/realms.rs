//! Several contracts in one process: each by a rule for passwords of its own, or over accounts of its own.

use std::{fs, path::Path};

use accountable_conformance::postfix::looked_for;
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    browser::Browser,
    operate::Supervised,
    server::{Server, bash, fails, key, runs, write_private},
};

/// Discriminating passwords: of the rules that Data Forest's pages have stated, the current one takes the first, three of four
/// classes both, and none the third, which has 7 characters. Payway takes all.
const LETTER_DIGIT_SIGN: &str = "abcdefg1!";
const UPPER_LOWER_DIGIT: &str = "Abcdefg1";
const SEVEN: &str = "qazQAZ1";

const ACCESS: (&str, &str) = ("D78BB444D6D3C84CA38A", "0123456789abcdef0123456789abcdef");

/// What all of these begin with; the contracts follow.
const SETTINGS: &str = "links.page = \"http://127.0.0.1/password\"\n\
    mail = { folder = \"outbox\", from = \"accounts@app.example\" }\n\
    log = { format = \"json\", level = \"info\" }\n\
    status.listen = \"127.0.0.1:0\"\n\
    http.listen = \"127.0.0.1:0\"\n";

/// A folder in which everybody is known who calls, and the key of those who call by one.
pub(crate) fn settled(contracts: &str) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    runs(folder.path(), &["init"]);
    settle(folder.path(), contracts);
    let (access, secret) = ACCESS;
    let ncp_key = format!("[keys.{access}]\nsecret = \"{secret}\"\nname = \"forest\"\n");
    write_private(&folder.path().join("ncp-keys.toml"), &ncp_key);
    let scopes = [
        "accounts:read",
        "accounts:write",
        "events:read",
        "/external/account/w",
        "/external/account/events",
        "/external/account/confirmation_code",
    ];
    let key = key(folder.path(), &scopes);
    (folder, key)
}

fn settle(folder: &Path, contracts: &str) {
    fs::write(folder.join("settings.toml"), format!("{SETTINGS}{contracts}")).unwrap();
}

/// Somebody who calls the contracts.
pub(crate) struct Caller<'a> {
    pub(crate) server: &'a Server,
    pub(crate) key: &'a str,
}

impl Caller<'_> {
    /// A call with the bearer key: the status, and the answer.
    pub(crate) fn calls(&self, path: &str, body: &str) -> (u16, Value) {
        self.answered(&format!("-H 'Authorization: Bearer {}'", self.key), path, body)
    }

    /// A call that is signed.
    fn signs(&self, path: &str, body: &str) -> (u16, Value) {
        let (access, secret) = ACCESS;
        let signature = format!(
            "t=$(date +%s)000; s=$(printf 'POST %s\\n%s\\n%s' {path} $t {access} | openssl dgst -sha256 -hmac {secret} -binary | base64); \
             echo \"$t $s\""
        );
        let signed = bash(&signature);
        let (at, signature) = signed.trim().split_once(' ').unwrap();
        let head = format!(
            "-H 'x-ncp-apigw-timestamp: {at}' -H 'x-ncp-iam-access-key: {access}' -H 'x-ncp-apigw-signature-v2: {signature}'"
        );
        self.answered(&head, path, body)
    }

    fn answered(&self, head: &str, path: &str, body: &str) -> (u16, Value) {
        let url = self.server.url(path);
        let line = format!(
            "curl -sS -w '\\n%{{http_code}}' -H 'Content-Type: application/json' {head} -d '{body}' {url}"
        );
        let answer = bash(&line);
        let (body, status) = answer.rsplit_once('\n').unwrap();
        (status.parse().unwrap(), serde_json::from_str(body).unwrap_or_default())
    }

    pub(crate) fn registers(&self, address: &str) -> (u16, Value) {
        self.calls("/api/v2/accounts/definition", &format!("{{\"mailAddress\":\"{address}\"}}"))
    }

    /// The accounts that Data Forest lists: name and id.
    fn listed(&self) -> Vec<(String, String)> {
        let (_, list) = self.signs("/api/v2/accounts/getList", "{}");
        let accounts = list.get("contents").and_then(Value::as_array).unwrap_or_else(|| panic!("{list}"));
        let text = |of: &Value, name: &str| of[name].as_str().unwrap().to_owned();
        accounts.iter().map(|account| (text(account, "name"), text(account, "id"))).collect()
    }

    /// Whether Data Forest takes this for the first account that it lists.
    fn forest_takes(&self, password: &str) -> bool {
        let (_, id) = self.listed().remove(0);
        let body = format!("{{\"id\":\"{id}\",\"password\":\"{password}\"}}");
        self.taken(self.signs("/api/v2/accounts/resetPassword", &body))
    }

    /// Whether Payway takes this for the account of an address.
    pub(crate) fn payway_takes(&self, address: &str, password: &str) -> bool {
        let base = "/external/api/v1/accounts";
        let (_, code) =
            self.calls(&format!("{base}/create_password_reset"), &format!("{{\"email\":\"{address}\"}}"));
        let item = code.get("item").unwrap();
        let body = serde_json::json!({
            "id": item["account_id"], "confirmation_code": item["confirmation_code"], "new_password": password,
        });
        self.taken(self.calls(&format!("{base}/complete_password_reset"), &body.to_string()))
    }

    fn taken(&self, (status, answer): (u16, Value)) -> bool {
        assert!(matches!(status, 200 | 400), "{status}: {answer}");
        status == 200
    }
}

/// The query of the link in the newest mail to this address, which leads to this page; as soon as it is there.
fn mailed(folder: &Path, address: &str, page: &str) -> String {
    let found = || {
        let mails = fs::read_dir(folder.join("outbox")).ok()?.map(|entry| entry.unwrap().path());
        let mails = mails.filter(|path| path.extension().is_some_and(|extension| extension == "eml"));
        let mails =
            mails.map(|path| fs::read_to_string(path).unwrap().replace("=\r\n", "").replace("=3D", "="));
        mails.filter(|mail| mail.contains(&format!("To: <{address}>"))).find_map(|mail| {
            let (_, query) = mail.split_once(&format!("http://127.0.0.1{page}?"))?;
            Some(query.split_whitespace().next()?.to_owned())
        })
    };
    looked_for(found).unwrap_or_else(|| panic!("no mail to {address} leads to {page}"))
}

/// Chooses a password on the page of a link: whether it is taken.
fn page_takes(server: &Server, page: &str, query: &str, password: &str) -> bool {
    let (owner, url) = (Browser::new(), server.url(page));
    let form = owner.get(&format!("{url}?{query}"));
    let chosen = owner.post(&url, &form.choosing(password));
    assert!(matches!(chosen.status, 200 | 422), "{}: {}", chosen.status, chosen.body);
    chosen.status == 200
}

#[test]
fn each_contract_judges_by_its_own_rule_over_the_same_accounts_and_a_reload_takes_another() {
    let by = |rule: &str| {
        format!(
            "[http.webconnect]\nenabled = true\n[http.data_forest]\nenabled = true\npolicy = \"{rule}\"\n\
             [http.payway]\nenabled = true\npolicy = \"payway\"\n"
        )
    };
    let (folder, key) = settled(&by("data_forest_three_classes"));
    let this = Supervised::serving(folder);
    let caller = Caller { server: &this.server, key: &key };
    assert_eq!(caller.registers("ada@example.com").0, 201);

    assert!(caller.forest_takes(UPPER_LOWER_DIGIT) && caller.forest_takes(LETTER_DIGIT_SIGN));
    assert!(!caller.forest_takes(SEVEN));
    assert!(caller.payway_takes("ada@example.com", SEVEN), "the same account, at another contract");

    // The page belongs to the realm, which has the rule of the settings: 15 characters.
    caller.calls("/external/api/v1/accounts/request_password_reset", "{\"email\":\"ada@example.com\"}");
    let query = mailed(this.folder.path(), "ada@example.com", "/password");
    assert!(!page_takes(&this.server, "/password", &query, LETTER_DIGIT_SIGN));
    assert!(page_takes(&this.server, "/password", &query, "herons wade where the river bends"));

    settle(this.folder.path(), &by("data_forest_current"));
    this.read_again();
    assert!(caller.forest_takes(LETTER_DIGIT_SIGN) && !caller.forest_takes(UPPER_LOWER_DIGIT));
    assert!(caller.payway_takes("ada@example.com", UPPER_LOWER_DIGIT));
    assert_eq!(this.line_with("the settings were read again")["changed"], "http.data_forest.policy");
}

#[test]
fn a_contract_over_a_realm_of_its_own_shares_no_account_page_or_event_with_others() {
    let contracts = "[realms.forest]\npolicy = \"data_forest_current\"\nlinks.page = \"http://127.0.0.1/forest/password\"\n\
        [http.webconnect]\nenabled = true\n[http.data_forest]\nenabled = true\nrealm = \"forest\"\n\
        [http.payway]\nenabled = true\nrealm = \"forest\"\npolicy = \"payway\"\n[http.feed]\nenabled = true\n";
    let (folder, key) = settled(contracts);
    let this = Supervised::serving(folder);
    let (folder, server) = (this.folder.path(), &this.server);
    let caller = Caller { server, key: &key };
    assert_eq!(caller.registers("ada@example.com").0, 201);
    assert_eq!(caller.listed(), []);
    let in_the_forest = ["manage", "--realm", "forest", "accounts"];
    runs(folder, &[&in_the_forest[..], &["register", "ada@example.com"]].concat());
    let listed = caller.listed();
    assert_eq!(listed.len(), 1);
    assert!(!runs(folder, &["manage", "--json", "accounts", "list"]).contains(&listed[0].1));
    assert!(fails(folder, &["manage", "--realm", "desert", "accounts", "list"]).contains("no_such_realm"));

    assert!(caller.forest_takes(LETTER_DIGIT_SIGN) && !caller.forest_takes(UPPER_LOWER_DIGIT));
    assert!(caller.payway_takes("ada@example.com", SEVEN));

    // The mail is decided on and sent by a courier of that realm, and leads to its page, which has its rule.
    caller.calls("/external/api/v1/accounts/request_password_reset", "{\"email\":\"ada@example.com\"}");
    let query = mailed(folder, "ada@example.com", "/forest/password");
    assert!(
        !Browser::new()
            .get(&format!("{}?{query}", server.url("/password")))
            .body
            .contains("name=\"password\"")
    );
    assert!(!page_takes(server, "/forest/password", &query, UPPER_LOWER_DIGIT));
    assert!(page_takes(server, "/forest/password", &query, "reeds1!now"));

    let read = |path: &str| bash(&format!("curl -sSf -H 'Authorization: Bearer {key}' {}", server.url(path)));
    assert!(
        read("/events/forest").contains("\"realm\":\"forest\"")
            && !read("/events/forest").contains("\"realm\":\"main\"")
    );
    assert!(
        read("/events").contains("\"realm\":\"main\"") && !read("/events").contains("\"realm\":\"forest\"")
    );
    let (_, metrics) = this.status("/metrics");
    assert!(metrics.contains("accountable_outbox_waiting{realm=\"forest\"} 0"), "{metrics}");
    assert!(metrics.contains("accountable_outbox_waiting{realm=\"main\"} 0"), "{metrics}");
    assert_eq!(this.status("/readyz").0, 200);
}

#[test]
fn webconnects_own_rule_is_that_of_the_page_its_mails_lead_to() {
    let contracts = "links.allowed_pages = [\"http://127.0.0.1/webconnect\"]\n[http.webconnect]\nenabled = true\n\
        policy = \"data_forest_three_classes\"\nmail.page = \"http://127.0.0.1/webconnect\"\n";
    let (folder, key) = settled(contracts);
    let server = Server::start_in(folder.path(), &["serve"]);
    let caller = Caller { server: &server, key: &key };
    let id = caller.registers("ada@example.com").1["id"].as_str().unwrap().to_owned();
    let asked = caller.calls("/api/v2/accounts/password/set-request", &format!("{{\"accountId\":\"{id}\"}}"));
    assert_eq!(asked.0, 204, "{asked:?}");
    let query = mailed(folder.path(), "ada@example.com", "/webconnect");
    assert!(!page_takes(&server, "/webconnect", &query, SEVEN));
    assert!(page_takes(&server, "/webconnect", &query, UPPER_LOWER_DIGIT));
}

#[test]
fn a_rule_that_contradicts_a_contracts_document_is_warned_of_at_the_start_and_by_check() {
    let (folder, _) =
        settled("[http.data_forest]\nenabled = true\n[http.payway]\nenabled = true\npolicy = \"payway\"\n");
    let checked = runs(folder.path(), &["manage", "check"]);
    assert!(
        checked.contains("warn  policy    http.data_forest: its passwords are judged by nist"),
        "{checked}"
    );
    assert!(!checked.contains("http.payway: its passwords"), "{checked}");
    let this = Supervised::serving(folder);
    let line = this.line_with("http.data_forest: its passwords are judged by nist");
    assert_eq!(line["level"], "WARN");
    assert!(line["message"].as_str().unwrap().contains("data_forest_current"), "{line}");
}

#[test]
fn a_realm_or_rule_that_is_none_is_refused_by_name_before_anything_is_served() {
    for (contracts, names) in [
        (
            "[http.payway]\nenabled = true\nrealm = \"desert\"\n",
            "http.payway.realm: there is no realm desert",
        ),
        ("[http.data_forest]\nenabled = true\npolicy = \"strong\"\n", "`data_forest_current`"),
        (
            "realms.forest.policy = \"payway\"\n[http.payway]\nenabled = true\nrealm = \"forest\"\n",
            "realms.forest.links.page",
        ),
        (
            "realms.forest.links.page = \"http://127.0.0.1/password\"\n[http.payway]\nenabled = true\nrealm = \"forest\"\n",
            "the path of the page http://127.0.0.1/password is another page's",
        ),
    ] {
        let (folder, _) = settled(contracts);
        let said = fails(folder.path(), &["serve"]);
        assert!(said.contains(names), "{contracts}: {said}");
        assert!(!folder.path().join("accounts.db").exists());
    }
}
