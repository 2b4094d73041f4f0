//! A real Postfix for the tests of a mailer: an instance of a test's own, all its files in one folder, on a port that nobody else has, gone when it is dropped.
//!
//! It takes mail for `example.com` into Maildirs of the user `nobody`, for `ada` and `jörg`; it knows nobody else there, and relays
//! for nobody.
//!
//! ```no_run
//! use accountable_conformance::postfix::Postfix;
//!
//! if let Some(postfix) = Postfix::start() {
//!     println!("a mailer that is told {} hands its mails over", postfix.url());
//!     assert!(postfix.arrived("ada").is_some(), "{}", postfix.log());
//! }
//! ```
#![expect(clippy::unwrap_used, reason = "a harness that can't be set up has failed, and says where")]

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tempfile::TempDir;

/// Where Debian and most others put it.
const PROGRAM: &str = "/usr/sbin/postfix";

/// How often something is looked for, a twentieth of a second apart.
const LOOKS: u32 = 600;

/// What an instance has beside what all have.
#[derive(Debug, Clone, Default)]
pub struct Beside {
    /// Lines of its `main.cf`.
    pub main: String,
    /// Lines of its `master.cf`.
    pub master: String,
    /// Lines of its map of mailboxes: an address and the name of its Maildir, as in `ada@example.com ada/`.
    pub mailboxes: String,
}

/// A running instance. It is gone when this is dropped.
#[derive(Debug)]
pub struct Postfix {
    folder: TempDir,
    port: u16,
}

impl Postfix {
    /// Starts one; none where that can't be done, which it says.
    ///
    /// # Panics
    /// Where it can't be done and `ACCOUNTABLE_REQUIRE_POSTFIX` is set, or Postfix does not start.
    #[must_use]
    pub fn start() -> Option<Self> {
        Self::start_with(|_| Beside::default())
    }

    /// Starts one that has more, which may lie in its folder, whose path is given.
    ///
    /// # Panics
    /// As for [`start`](Self::start).
    #[must_use]
    pub fn start_with(prepare: impl FnOnce(&Path) -> Beside) -> Option<Self> {
        let why_not = if Path::new(PROGRAM).exists() {
            (!is_root()).then_some("we are not root")
        } else {
            Some("it is not installed")
        };
        if let Some(why) = why_not {
            assert!(
                std::env::var_os("ACCOUNTABLE_REQUIRE_POSTFIX").is_none(),
                "Postfix is required, and {why}"
            );
            eprintln!("skipped: needs Postfix, and {why}");
            return None;
        }
        let folder = tempfile::Builder::new().prefix("postfix.").tempdir().unwrap();
        // Its daemons give root up, and go through it.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let postfix = Self { folder, port };
        postfix.write_settings(&prepare(postfix.folder.path()));
        let started = postfix.run("start");
        assert!(started.status.success(), "{}{}", String::from_utf8_lossy(&started.stderr), postfix.log());
        let listens = || std::net::TcpStream::connect(("127.0.0.1", port)).ok();
        looked_for(listens).unwrap_or_else(|| panic!("Postfix does not listen: {}", postfix.log()));
        Some(postfix)
    }

    /// Where it takes mail.
    #[must_use]
    pub fn url(&self) -> String {
        format!("smtp+plaintext://127.0.0.1:{}", self.port)
    }

    /// The mail that this mailbox got first, as soon as it has one.
    #[must_use]
    pub fn arrived(&self, mailbox: &str) -> Option<Vec<u8>> {
        looked_for(|| self.mails(mailbox).into_iter().next())
    }

    /// The mails that this mailbox has by now, in the order in which they arrived.
    #[must_use]
    pub fn mails(&self, mailbox: &str) -> Vec<Vec<u8>> {
        let new = self.folder.path().join("mail").join(mailbox).join("new");
        let entries = fs::read_dir(new).into_iter().flatten();
        let mut mails: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        mails.sort();
        mails.into_iter().filter_map(|mail| fs::read(mail).ok()).collect()
    }

    /// Hands a mail from elsewhere over to it, for this address.
    ///
    /// # Panics
    /// Where it does not take the mail, or there is no curl.
    pub fn takes(&self, to: &str, mail: &str) {
        let file = self.path("incoming");
        fs::write(&file, mail).unwrap();
        let mut curl = Command::new("curl");
        curl.arg("-sS").args(["--mail-from", "mx@example.net", "--mail-rcpt", to, "--upload-file"]).arg(file);
        let done = curl.arg(format!("smtp://127.0.0.1:{}", self.port)).output().unwrap();
        assert!(done.status.success(), "{done:?}");
    }

    /// Has it try at once whatever waits.
    ///
    /// # Panics
    /// Where it does not run any more.
    pub fn flush(&self) {
        assert!(self.run("flush").status.success());
    }

    /// Whether it says this, as soon as it does.
    #[must_use]
    pub fn says(&self, part: &str) -> bool {
        looked_for(|| self.log().contains(part).then_some(())).is_some()
    }

    /// What it has said so far.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write_settings(&self, beside: &Beside) {
        for name in ["etc", "queue", "data", "mail"] {
            fs::create_dir(self.path(name)).unwrap();
        }
        owned_by(&self.path("data"), "postfix");
        owned_by(&self.path("mail"), "nobody");
        let root = self.folder.path().display();
        let (uid, gid) = (id_of("-u"), id_of("-g"));
        fs::write(
            self.path("etc/main.cf"),
            format!(
                "compatibility_level = 3.6\n\
                 queue_directory = {root}/queue\n\
                 data_directory = {root}/data\n\
                 maillog_file_prefixes = {root}\n\
                 maillog_file = {root}/log\n\
                 multi_instance_name = postfix-accountable-{port}\n\
                 multi_instance_enable = yes\n\
                 inet_interfaces = 127.0.0.1\n\
                 inet_protocols = ipv4\n\
                 myhostname = mx.example.com\n\
                 mynetworks =\n\
                 mydestination =\n\
                 alias_maps =\n\
                 alias_database =\n\
                 smtputf8_enable = yes\n\
                 virtual_mailbox_domains = example.com\n\
                 virtual_mailbox_maps = texthash:{root}/etc/mailboxes\n\
                 virtual_mailbox_base = {root}/mail\n\
                 virtual_minimum_uid = 1\n\
                 virtual_uid_maps = static:{uid}\n\
                 virtual_gid_maps = static:{gid}\n\
                 smtpd_relay_restrictions = reject_unauth_destination\n\
                 smtpd_peername_lookup = no\n\
                 {}",
                beside.main,
                port = self.port
            ),
        )
        .unwrap();
        let mailboxes = "ada@example.com ada/\nj\u{f6}rg@example.com joerg/\n";
        fs::write(self.path("etc/mailboxes"), format!("{mailboxes}{}", beside.mailboxes)).unwrap();
        fs::write(
            self.path("etc/master.cf"),
            format!(
                "127.0.0.1:{port} inet n - n - - smtpd\n\
                 pickup unix n - n 60 1 pickup\n\
                 cleanup unix n - n - 0 cleanup\n\
                 qmgr unix n - n 300 1 qmgr\n\
                 rewrite unix - - n - - trivial-rewrite\n\
                 bounce unix - - n - 0 bounce\n\
                 defer unix - - n - 0 bounce\n\
                 trace unix - - n - 0 bounce\n\
                 verify unix - - n - 1 verify\n\
                 flush unix n - n 1000? 0 flush\n\
                 proxymap unix - - n - - proxymap\n\
                 error unix - - n - - error\n\
                 retry unix - - n - - error\n\
                 discard unix - - n - - discard\n\
                 local unix - n n - - local\n\
                 virtual unix - n n - - virtual\n\
                 smtp unix - - n - - smtp\n\
                 relay unix - - n - - smtp\n\
                 anvil unix - - n - 1 anvil\n\
                 scache unix - - n - 1 scache\n\
                 postlog unix-dgram n - n - 1 postlogd\n\
                 {}",
                beside.master,
                port = self.port
            ),
        )
        .unwrap();
    }

    fn run(&self, command: &str) -> Output {
        let mut postfix = Command::new(PROGRAM);
        postfix.arg("-c").arg(self.path("etc")).arg(command).output().unwrap()
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        self.run("abort");
    }
}

fn is_root() -> bool {
    id_of_me() == Some(0)
}

fn id_of_me() -> Option<u32> {
    let id = Command::new("id").arg("-u").output().ok()?;
    String::from_utf8(id.stdout).ok()?.trim().parse().ok()
}

/// Of the user `nobody`.
fn id_of(which: &str) -> u32 {
    let id = Command::new("id").args([which, "nobody"]).output().unwrap();
    String::from_utf8(id.stdout).unwrap().trim().parse().unwrap()
}

/// Gives a file or folder to a user.
///
/// # Panics
/// Where there is no such user, or we are not root.
pub fn owned_by(path: &Path, user: &str) {
    assert!(Command::new("chown").arg(user).arg(path).status().unwrap().success());
}

/// Looks until it is there; it gives up after half a minute.
pub fn looked_for<T>(mut look: impl FnMut() -> Option<T>) -> Option<T> {
    for _ in 0..LOOKS {
        if let Some(found) = look() {
            return Some(found);
        }
        let (_never, wait) = std::sync::mpsc::channel::<()>();
        let _ = wait.recv_timeout(std::time::Duration::from_millis(50));
    }
    None
}
