//! What the demonstration prints: where it is, and lines that work when they are pasted into a shell.

use std::fmt;

use accountable::{AccountView, domain::EmailAddress, http::auth::BearerKey};

/// The IP filter group that the printed sample of WebConnect names. It holds this machine, so that it can be used.
pub(super) const GROUP: &str = "ipFilterGroupName";

/// An access key of an NCP signature, and the secret that its bearer shares.
pub(super) struct NcpCredentials {
    pub(super) access_key: String,
    pub(super) secret: String,
}

/// Everything that stands in the printed lines. Nothing in it has a character that means something to a shell or to JSON.
pub(super) struct Paste<'a> {
    pub(super) base: &'a str,
    pub(super) store: String,
    /// WebConnect's key.
    pub(super) hulft: BearerKey,
    /// An account that waits for its first password.
    pub(super) account: AccountView,
    /// An address that no account has yet.
    pub(super) unregistered: EmailAddress,
    /// Data Forest's key.
    pub(super) forest: NcpCredentials,
    /// An account that gets a password from an administrator.
    pub(super) reset: AccountView,
    /// Payway's key.
    pub(super) tulo: BearerKey,
    /// An account whose owner has a password and forgets it.
    pub(super) reader: AccountView,
}

const JSON: &str = "-H 'Content-Type: application/json'";

impl fmt::Display for Paste<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { base, store, .. } = self;
        writeln!(f, "Accounts over HTTP, as a demonstration. Ctrl-C ends it.\n")?;
        writeln!(f, "  mails   {base}/mailbox, instead of being sent")?;
        writeln!(f, "  store   {store}")?;
        writeln!(f, "  keys    drawn anew at each start")?;
        writeln!(
            f,
            "\nPaste these into a shell; each mail is in the mailbox then, and its link can be followed."
        )?;
        self.hulft(f)?;
        self.forest(f)?;
        self.tulo(f)?;
        writeln!(f, "\nReady: {base}")
    }
}

impl Paste<'_> {
    fn hulft(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { base, account, unregistered, .. } = self;
        let (key, definition) = (self.hulft.expose(), format!("{base}/api/v2/accounts/definition"));
        let call = format!("curl -sS -i -H 'Authorization: Bearer {key}' {JSON}");
        writeln!(f, "\n# WebConnect. The key: {key}")?;
        writeln!(f, "# Registers the account of the document's sample.")?;
        writeln!(
            f,
            "{call} -d '{{\"mailAddress\":\"{unregistered}\",\"passwordValidityPeriod\":0,\
             \"ipFilterGroupName\":\"{GROUP}\",\"memo\":\"from the sample\"}}' {definition}"
        )?;
        writeln!(f, "# Mails {} a link to choose a password: once, and again after 600 s.", account.email)?;
        let set_request = format!("{base}/api/v2/accounts/password/set-request");
        writeln!(f, "{call} -d '{{\"accountId\":\"{}\"}}' {set_request}", account.id)?;
        writeln!(f, "# Lists the accounts.")?;
        writeln!(f, "{call} '{definition}?startIndex=0&maxResults=30'")
    }

    fn forest(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NcpCredentials { access_key, secret } = &self.forest;
        writeln!(f, "\n# Data Forest. The access key: {access_key}, its secret: {secret}")?;
        writeln!(
            f,
            "# An administrator picks a password for {}. Each call is signed for its time.",
            self.reset.email
        )?;
        let body = format!("{{\"id\":\"{}\",\"password\":\"Abcdefg1\"}}", self.reset.id.to_base62());
        self.signed(f, "/api/v2/accounts/resetPassword", &body)?;
        writeln!(f, "# Lists the accounts.")?;
        self.signed(f, "/api/v2/accounts/getList", "{}")
    }

    fn signed(&self, f: &mut fmt::Formatter<'_>, path: &str, body: &str) -> fmt::Result {
        let NcpCredentials { access_key, secret } = &self.forest;
        writeln!(
            f,
            "t=$(date +%s)000; s=$(printf 'POST %s\\n%s\\n%s' {path} $t {access_key} | \
             openssl dgst -sha256 -hmac {secret} -binary | base64); \
             curl -sS -i {JSON} -H \"x-ncp-apigw-timestamp: $t\" -H 'x-ncp-iam-access-key: {access_key}' \
             -H \"x-ncp-apigw-signature-v2: $s\" -d '{body}' {}{path}",
            self.base
        )
    }

    fn tulo(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (base, key, email) = (self.base, self.tulo.expose(), &self.reader.email);
        let path = format!("{base}/external/api/v1/accounts");
        let quiet = format!("curl -sS -H 'Authorization: Bearer {key}' {JSON}");
        let call = format!("{quiet} -i");
        writeln!(f, "\n# Payway. The token: {key}")?;
        writeln!(f, "# Mails {email} a link to choose another password, by the courier.")?;
        writeln!(
            f,
            "{call} -d '{{\"email\":\"{email}\",\"reset_password_url\":\"{base}/payway/password\",\
             \"return_url\":\"{base}/mailbox\"}}' {path}/custom_request_password_reset"
        )?;
        writeln!(f, "# Gives a trusted caller the code, which completes the reset.")?;
        writeln!(
            f,
            "{quiet} -d '{{\"email\":\"{email}\"}}' {path}/create_password_reset | \
             sed 's/.*\"account_id\":\\(\"[^\"]*\"\\),\"confirmation_code\":\\(\"[^\"]*\"\\).*/\
             {{\"id\":\\1,\"confirmation_code\":\\2,\"new_password\":\"violet umbrellas\"}}/' | \
             {call} -d @- {path}/complete_password_reset"
        )
    }
}
