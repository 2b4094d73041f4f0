//! One Chromium for one test, with a profile of its own, which ends whatever becomes of the test.

use std::{
    panic::{AssertUnwindSafe, resume_unwind},
    process::Stdio,
};

use futures_util::FutureExt as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::{
    By, ChromiumLikeCapabilities as _, DesiredCapabilities, Key, WebDriver, WebElement,
    extensions::query::ElementWaitable as _,
};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};

use crate::scripts::Tools;

const FLAGS: [&str; 10] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

pub(crate) struct Browser {
    pub(crate) driver: WebDriver,
    pub(crate) tools: Tools,
}

/// Runs a test in a browser, if there is one.
pub(crate) async fn in_a_browser(test: impl AsyncFnOnce(&Browser)) {
    let Some(tools) = Tools::found() else { return };
    let profile = tempfile::tempdir().unwrap();
    let (mut process, driver) = start(&tools, &profile).await;
    let browser = Browser { driver, tools };
    let ended = AssertUnwindSafe(test(&browser)).catch_unwind().await;
    // Takes the browser along, which a driver that is killed would leave behind.
    browser.driver.quit().await.expect("the browser ends");
    process.kill().await.expect("its driver ends");
    if let Err(panic) = ended {
        resume_unwind(panic);
    }
}

async fn start(tools: &Tools, profile: &TempDir) -> (Child, WebDriver) {
    let mut process = Command::new(&tools.driver)
        .arg("--port=0")
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the driver starts");
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let port = loop {
        let line = lines.next_line().await.unwrap().expect("the driver says its port");
        if let Some((_, port)) = line.split_once("successfully on port ") {
            break port.trim_end_matches('.').to_owned();
        }
    };
    // It must never wait for somebody to read what it says.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });

    let mut wanted = DesiredCapabilities::chrome();
    wanted.set_binary(tools.chromium.to_str().unwrap()).unwrap();
    for flag in FLAGS {
        wanted.add_arg(flag).unwrap();
    }
    wanted.add_arg(&format!("--user-data-dir={}", profile.path().display())).unwrap();
    let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), wanted).await;
    (process, driver.expect("the browser starts"))
}

impl Browser {
    pub(crate) async fn open(&self, url: &str) {
        self.driver.goto(url).await.unwrap();
    }

    pub(crate) async fn find(&self, css: &str) -> WebElement {
        self.driver.find(By::Css(css)).await.unwrap_or_else(|error| panic!("{css}: {error}"))
    }

    pub(crate) async fn texts(&self, css: &str) -> Vec<String> {
        let mut texts = Vec::new();
        for element in self.driver.find_all(By::Css(css)).await.unwrap() {
            texts.push(element.text().await.unwrap());
        }
        texts
    }

    /// Types into the field of that id what was not there before.
    pub(crate) async fn fill(&self, id: &str, text: &str) {
        let field = self.find(&format!("#{id}")).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    pub(crate) async fn click(&self, css: &str) {
        self.find(css).await.click().await.unwrap();
    }

    /// Clicks on what leads to another page, and waits for it.
    pub(crate) async fn follow(&self, css: &str) {
        let left = self.find("html").await;
        self.click(css).await;
        left.wait_until().stale().await.expect("it leads to another page");
    }

    /// Sends the form by the key, as who types does, and waits for the page that answers.
    pub(crate) async fn enter(&self, id: &str) {
        let left = self.find("html").await;
        self.find(&format!("#{id}")).await.send_keys(Key::Enter).await.unwrap();
        left.wait_until().stale().await.expect("it leads to another page");
    }

    /// What an expression is.
    pub(crate) async fn value(&self, expression: &str) -> Value {
        let told = self.driver.execute(format!("return {expression}"), Vec::new()).await.unwrap();
        told.json().clone()
    }

    /// The id of the field that has the focus.
    pub(crate) async fn focus(&self) -> String {
        self.value("document.activeElement.id").await.as_str().unwrap().to_owned()
    }

    /// A command of Chromium's own.
    pub(crate) async fn chromium(&self, method: &str, parameters: Value) {
        self.driver.cdp().send_raw(method, parameters).await.unwrap();
    }

    pub(crate) async fn forget_cookies(&self) {
        self.chromium("Network.clearBrowserCookies", json!({})).await;
    }
}
