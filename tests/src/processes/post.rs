//! A mail server that all processes share: a file, one line a letter.

use std::{
    collections::HashMap,
    fs::{self, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use accountable_core::{
    domain::{Letter, MailedCode},
    port::{MailError, Mailer, Receipt},
};
use async_trait::async_trait;

/// What stands in a line in place of a link.
const NO_LINK: &str = "-";

/// A mailer that appends each letter to the file, and remembers the last link of each recipient.
#[derive(Clone)]
pub(crate) struct Post {
    file: PathBuf,
    links: Arc<Mutex<HashMap<String, String>>>,
}

/// A letter that was taken.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) mail: String,
    pub(crate) to: String,
    /// None in a notice.
    pub(crate) link: Option<String>,
}

impl Post {
    pub(crate) fn at(folder: &Path) -> Self {
        Self { file: folder.join("post"), links: Arc::default() }
    }

    /// The code that this process mailed last to an address.
    pub(crate) fn code_for(&self, address: &str) -> Option<MailedCode> {
        self.links.lock().unwrap().get(address).map(|link| code_of(link))
    }

    /// All letters that any process has sent.
    pub(crate) fn sent(&self) -> Vec<Sent> {
        let text = fs::read_to_string(&self.file).unwrap_or_default();
        let lines = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
        lines.map(Sent::read).collect()
    }
}

impl Sent {
    fn read(line: &str) -> Self {
        let [mail, to, link] = line.split_whitespace().collect::<Vec<_>>().try_into().expect("three words");
        Self { mail: mail.to_owned(), to: to.to_owned(), link: (link != NO_LINK).then(|| link.to_owned()) }
    }
}

#[async_trait]
impl Mailer for Post {
    async fn deliver(&self, letter: &Letter) -> Result<Receipt, MailError> {
        let link = letter.link().map(|link| link.expose().to_owned());
        let line = format!("{} {} {}\n", letter.id, letter.to, link.as_deref().unwrap_or(NO_LINK));
        let mut file = OpenOptions::new().append(true).create(true).open(&self.file).unwrap();
        // One write, so that the lines of several processes never mix.
        file.write_all(line.as_bytes()).unwrap();
        if let Some(link) = link {
            self.links.lock().unwrap().insert(letter.to.to_string(), link);
        }
        Ok(Receipt::default())
    }
}

/// The code of a link.
pub(crate) fn code_of(link: &str) -> MailedCode {
    let part = |name: &str| {
        let start = format!("{name}=");
        let query = link.split_once('?').expect("a query").1;
        query.split('&').find_map(|pair| pair.strip_prefix(&start)).unwrap_or_default().to_owned()
    };
    MailedCode::new(&part("id"), &part("confirmation_code"))
}
