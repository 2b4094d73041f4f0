//! A browser without JavaScript: curl with a cookie jar.

use std::process::Command;

use tempfile::TempDir;

/// Keeps its cookies.
pub(crate) struct Browser {
    jar: TempDir,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Browser {
    pub(crate) fn new() -> Self {
        Self { jar: tempfile::tempdir().unwrap() }
    }

    /// Follows where it is sent.
    pub(crate) fn get(&self, url: &str) -> Page {
        self.call(&["-L", url])
    }

    pub(crate) fn post(&self, url: &str, form: &[(&str, String)]) -> Page {
        let fields: Vec<_> = form.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let fields = fields.iter().flat_map(|field| ["--data-urlencode", field.as_str()]);
        self.call(&fields.chain([url]).collect::<Vec<_>>())
    }

    fn call(&self, args: &[&str]) -> Page {
        let jar = self.jar.path().join("jar");
        let jar = jar.to_str().unwrap();
        let output =
            Command::new("curl").args(["-sS", "-g", "-i", "-b", jar, "-c", jar]).args(args).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let mut rest = String::from_utf8(output.stdout).unwrap();
        // Of answers that follow each other, the last is the page.
        loop {
            let (head, body) = rest.split_once("\r\n\r\n").unwrap();
            if body.starts_with("HTTP/1.1 ") {
                rest = body.to_owned();
                continue;
            }
            let status = head.split(' ').nth(1).unwrap().parse().unwrap();
            return Page { status, head: head.to_owned(), body: body.to_owned() };
        }
    }
}

impl Page {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let headers = self.head.lines().filter_map(|line| line.split_once(": "));
        headers.filter(|(header, _)| *header == name).map(|(_, value)| value).next()
    }

    /// The first link that has this in it.
    pub(crate) fn link_with(&self, part: &str) -> Option<String> {
        let links = self.body.split("<a href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        links.map(unescaped).find(|link| link.contains(part))
    }

    /// The form of this page, filled in.
    pub(crate) fn choosing(&self, password: &str) -> [(&'static str, String); 3] {
        let (_, token) = self.body.split_once("name=\"token\" value=\"").unwrap();
        let token = token.split('"').next().unwrap();
        [("token", token.to_owned()), ("password", password.to_owned()), ("repeat", password.to_owned())]
    }
}

/// As a browser reads an attribute; the pages and the mailbox escape in their own ways.
fn unescaped(attribute: &str) -> String {
    attribute.replace("&#x2f;", "/").replace("&#38;", "&").replace("&amp;", "&")
}
