//! A mail server that keeps what it is given, and otherwise does what its script says.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use rustls::ServerConfig;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    runtime::{Builder, Runtime},
};
use tokio_rustls::TlsAcceptor;

/// What the server does with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// What any server would.
    Usual,
    /// Says this.
    Says(&'static str),
    /// Says this and ends the connection.
    SaysAndCloses(&'static str),
    /// Ends the connection.
    Closes,
    /// Says nothing.
    Hangs,
    /// Says this, octet by octet, more slowly than anybody waits.
    Crawls(&'static str),
}

/// The greeting's place in a script.
pub(crate) const GREETING: &str = "(greeting)";
/// The end of a mail's place in a script.
pub(crate) const END: &str = ".";

/// What it does with each line: of which connection (from 1 on), and the line without its end.
type Script = Box<dyn Fn(usize, &str) -> Answer + Send + Sync>;

/// A mail as it came.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Received {
    /// Over which connection.
    pub(crate) connection: usize,
    /// What `MAIL FROM:` was followed by.
    pub(crate) from: String,
    /// Whom it is for.
    pub(crate) to: Vec<String>,
    /// The mail, its dots as they were before they were stuffed.
    pub(crate) octets: Vec<u8>,
    /// How many lines began with a dot that was not in the mail.
    pub(crate) stuffed: usize,
}

/// How it keeps the way safe.
#[derive(Clone, Default)]
pub(crate) enum Way {
    #[default]
    Plaintext,
    StartTls(Arc<ServerConfig>),
    ImplicitTls(Arc<ServerConfig>),
}

/// A server on a runtime of its own, which stops when it is dropped.
pub(crate) struct Sink {
    state: Arc<State>,
    at: SocketAddr,
    runtime: Option<Runtime>,
}

struct State {
    script: Script,
    way: Way,
    abilities: Vec<&'static str>,
    connections: AtomicUsize,
    received: Mutex<Vec<Received>>,
    lines: Mutex<Vec<(usize, String)>>,
}

impl Sink {
    /// A server that takes everything.
    pub(crate) fn usual() -> Self {
        Self::scripted(|_, _| Answer::Usual)
    }

    /// A server in clear that does what the script says.
    pub(crate) fn scripted(script: impl Fn(usize, &str) -> Answer + Send + Sync + 'static) -> Self {
        Self::new(Way::Plaintext, &["8BITMIME", "SMTPUTF8", "SIZE 1000000"], script)
    }

    pub(crate) fn new(
        way: Way,
        abilities: &[&'static str],
        script: impl Fn(usize, &str) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        listener.set_nonblocking(true).unwrap();
        let listener = {
            let _within = runtime.enter();
            TcpListener::from_std(listener).unwrap()
        };
        let state = Arc::new(State {
            script: Box::new(script),
            way,
            abilities: abilities.to_vec(),
            connections: AtomicUsize::new(0),
            received: Mutex::default(),
            lines: Mutex::default(),
        });
        let serving = Arc::clone(&state);
        runtime.spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                let state = Arc::clone(&serving);
                tokio::spawn(async move { state.serve(tcp).await });
            }
        });
        Self { state, at, runtime: Some(runtime) }
    }

    /// Its URL.
    pub(crate) fn url(&self) -> String {
        let (scheme, host) = match self.state.way {
            Way::Plaintext => ("smtp+plaintext", "127.0.0.1"),
            Way::StartTls(_) => ("smtp", "localhost"),
            Way::ImplicitTls(_) => ("smtps", "localhost"),
        };
        format!("{scheme}://{host}:{}", self.at.port())
    }

    /// The mails that it took.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.state.received.lock().unwrap().clone()
    }

    /// What was said to it, over all connections.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.state.lines.lock().unwrap().iter().map(|(_, line)| line.clone()).collect()
    }

    /// How many connections there were.
    pub(crate) fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

type Line = BufReader<Box<dyn Stream>>;

impl State {
    async fn serve(&self, tcp: TcpStream) -> io::Result<()> {
        let nth = self.connections.fetch_add(1, Ordering::SeqCst) + 1;
        let mut line: Line = match &self.way {
            Way::ImplicitTls(config) => {
                BufReader::new(Box::new(TlsAcceptor::from(Arc::clone(config)).accept(tcp).await?))
            }
            _ => BufReader::new(Box::new(tcp)),
        };
        self.answer(&mut line, nth, GREETING, "220 sink.example ESMTP").await?;
        let (mut mail, mut is_safe) = (Received::default(), !matches!(self.way, Way::StartTls(_)));
        while let Some(said) = self.next(&mut line, nth).await? {
            let verb = said.split([' ', ':']).next().unwrap().to_ascii_uppercase();
            match (verb.as_str(), &self.way) {
                ("EHLO", _) => {
                    let usual = self.abilities(is_safe);
                    self.answer(&mut line, nth, &said, &usual).await?;
                }
                ("STARTTLS", Way::StartTls(config)) if !is_safe => {
                    self.answer(&mut line, nth, &said, "220 2.0.0 Ready").await?;
                    let acceptor = TlsAcceptor::from(Arc::clone(config));
                    line = BufReader::new(Box::new(acceptor.accept(line.into_inner()).await?));
                    is_safe = true;
                }
                ("MAIL", _) => {
                    mail = Received { connection: nth, from: said[10..].to_owned(), ..Received::default() };
                    self.answer(&mut line, nth, &said, "250 2.1.0 Ok").await?;
                }
                ("RCPT", _) => {
                    let to = said[9..].trim_end_matches('>').to_owned();
                    if self.answer(&mut line, nth, &said, "250 2.1.5 Ok").await? {
                        mail.to.push(to);
                    }
                }
                ("DATA", _) => {
                    if self.answer(&mut line, nth, &said, "354 Go ahead").await? {
                        self.content(&mut line, &mut mail).await?;
                        let id = format!("250 2.0.0 Ok: queued as Q{}", self.received.lock().unwrap().len());
                        let answer = (self.script)(nth, END);
                        // Before it says so, for who hears it may look at once.
                        if answer.is_positive() {
                            self.received.lock().unwrap().push(std::mem::take(&mut mail));
                        }
                        carry_out(answer, &mut line, &id).await?;
                    }
                }
                ("RSET" | "NOOP", _) => {
                    self.answer(&mut line, nth, &said, "250 2.0.0 Ok").await?;
                }
                // A line of a log-in, or what nobody says.
                _ => {
                    self.answer(&mut line, nth, &said, "235 2.7.0 Welcome").await?;
                }
            };
        }
        Ok(())
    }

    fn abilities(&self, is_safe: bool) -> String {
        let mut lines = vec!["sink.example".to_owned()];
        lines.extend(self.abilities.iter().map(|ability| (*ability).to_owned()));
        if is_safe {
            lines.retain(|line| line != "STARTTLS");
        }
        let last = lines.pop().unwrap();
        lines.iter().map(|line| format!("250-{line}\r\n")).collect::<String>() + "250 " + &last
    }

    async fn next(&self, line: &mut Line, nth: usize) -> io::Result<Option<String>> {
        let mut said = Vec::new();
        if line.read_until(b'\n', &mut said).await? == 0 {
            return Ok(None);
        }
        assert!(said.ends_with(b"\r\n"), "a command ends with CR LF");
        let said = String::from_utf8(said).unwrap().trim_end().to_owned();
        self.lines.lock().unwrap().push((nth, said.clone()));
        Ok(Some(said))
    }

    async fn content(&self, line: &mut Line, mail: &mut Received) -> io::Result<()> {
        loop {
            let mut text = Vec::new();
            if line.read_until(b'\n', &mut text).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            match text.strip_prefix(b".") {
                Some(b"\r\n") => return Ok(()),
                Some(rest) => {
                    mail.stuffed += 1;
                    mail.octets.extend(rest);
                }
                None => mail.octets.extend(text),
            }
        }
    }

    /// Answers a line; whether it was taken.
    async fn answer(&self, line: &mut Line, nth: usize, said: &str, usual: &str) -> io::Result<bool> {
        let answer = (self.script)(nth, said);
        let is_positive = answer.is_positive();
        carry_out(answer, line, usual).await?;
        Ok(is_positive)
    }
}

impl Answer {
    fn is_positive(&self) -> bool {
        match self {
            Self::Usual => true,
            Self::Says(text) | Self::SaysAndCloses(text) | Self::Crawls(text) => text.starts_with(['2', '3']),
            Self::Closes | Self::Hangs => false,
        }
    }
}

/// Fails where the connection is to end.
async fn carry_out(answer: Answer, line: &mut Line, usual: &str) -> io::Result<()> {
    let text = match answer {
        Answer::Usual => usual,
        Answer::Says(text) | Answer::SaysAndCloses(text) | Answer::Crawls(text) => text,
        Answer::Closes => return Err(io::ErrorKind::ConnectionAborted.into()),
        Answer::Hangs => std::future::pending().await,
    };
    let full = format!("{text}\r\n");
    if matches!(answer, Answer::Crawls(_)) {
        for octet in full.bytes() {
            line.write_all(&[octet]).await?;
            line.flush().await?;
            // Between two octets a hasty mailer has time left; for all of them it has not.
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    } else {
        line.write_all(full.as_bytes()).await?;
        line.flush().await?;
    }
    if matches!(answer, Answer::SaysAndCloses(_)) {
        line.shutdown().await?;
        return Err(io::ErrorKind::ConnectionAborted.into());
    }
    Ok(())
}
