//! A session with a relay: opened, greeted, encrypted and logged in to; then one mail after the other.

use std::{io, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use mail_send::SmtpClient;
use rustls::pki_types::ServerName;
use smtp_proto::{
    AUTH_LOGIN, AUTH_PLAIN, EXT_8BIT_MIME, EXT_SIZE, EXT_SMTP_UTF8, EXT_START_TLS, EhloResponse, Response,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
    runtime::{Handle, Id},
    time::{Instant, timeout},
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use zeroize::Zeroizing;

use crate::{
    Command, HelloName, RelayPassword, RelayUrl, Security, SmtpError, Status, classify::classify,
    envelope::Posting, fault::Fault, queue_id::queue_id,
};

/// Longer than any exchange: the deadline is kept outside, over all commands together.
const UNBOUNDED: Duration = Duration::from_secs(3_600);

/// How long one address of a host may be silent while there is another.
const SILENCE: Duration = Duration::from_secs(5);

/// What bytes go through: TCP, with TLS or without.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// How to open a session.
pub(crate) struct Opener {
    pub(crate) url: RelayUrl,
    pub(crate) password: Option<RelayPassword>,
    pub(crate) hello: HelloName,
    /// There where the way is to be kept safe.
    pub(crate) tls: Option<TlsConnector>,
}

/// A session with a relay that is ready for a mail.
pub(crate) struct Session {
    client: SmtpClient<Box<dyn Stream>>,
    abilities: EhloResponse<String>,
    /// The runtime that drives the connection: on no other will it move.
    runtime: Id,
    used: Instant,
    /// Nothing is under way: the next command may be sent.
    settled: bool,
}

impl Opener {
    /// Opens a session, up to where a mail may follow.
    pub(crate) async fn open(&self) -> Result<Session, Fault> {
        let tcp = connected(self.url.host(), self.url.port()).await;
        let tcp = tcp.map_err(|error| Fault::unreachable(SmtpError::NoConnection(error)))?;
        // Commands are small, and each waits for its answer.
        let _ = tcp.set_nodelay(true);
        match (self.url.security(), &self.tls) {
            (Security::ImplicitTls, Some(tls)) => {
                let mut client = client(self.encrypted(tls, tcp).await?);
                greeted(&mut client).await?;
                self.ready(client, true).await
            }
            (Security::StartTls, Some(tls)) => {
                let mut client = client(tcp);
                greeted(&mut client).await?;
                let abilities = self.hello(&mut client).await?;
                if !abilities.has_capability(EXT_START_TLS) {
                    return Err(Fault::unreachable(SmtpError::NoStartTls));
                }
                let reply = command(&mut client, Command::StartTls, b"STARTTLS\r\n").await?;
                positive(Command::StartTls, &reply)?;
                // What was said in clear counts no more (RFC 3207 section 4.2), and what came unasked was never read.
                let client = self::client(self.encrypted(tls, client.stream).await?);
                self.ready(client, true).await
            }
            (Security::Plaintext, _) => {
                let mut client = client(tcp);
                greeted(&mut client).await?;
                self.ready(client, false).await
            }
            // No connector: the mailer makes one where there is a relay that needs it.
            (_, None) => Err(Fault::unreachable(SmtpError::NoStartTls)),
        }
    }

    async fn encrypted(&self, tls: &TlsConnector, tcp: TcpStream) -> Result<TlsStream<TcpStream>, Fault> {
        let bad_name = |_| Fault::unreachable(SmtpError::Tls(Box::new(rustls::Error::UnsupportedNameType)));
        let name = ServerName::try_from(self.url.host().to_owned()).map_err(bad_name)?;
        tls.connect(name, tcp).await.map_err(|error| {
            Fault::unreachable(
                match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
                    Some(tls) => SmtpError::Tls(Box::new(tls.clone())),
                    None => SmtpError::NoConnection(error),
                },
            )
        })
    }

    async fn hello<S: Stream>(&self, client: &mut SmtpClient<S>) -> Result<EhloResponse<String>, Fault> {
        client.ehlo(self.hello.as_str()).await.map_err(|error| match error {
            mail_send::Error::UnexpectedReply(reply) => refused(Command::Ehlo, &reply),
            _ => Fault::lost(Command::Ehlo),
        })
    }

    async fn ready<S: Stream + 'static>(
        &self,
        mut client: SmtpClient<S>,
        is_safe: bool,
    ) -> Result<Session, Fault> {
        let abilities = self.hello(&mut client).await?;
        if let (true, Some(user), Some(password)) = (is_safe, self.url.user(), &self.password) {
            log_in(&mut client, &abilities, user, password).await?;
        }
        Ok(Session {
            client: self::client(Box::new(client.stream) as Box<dyn Stream>),
            abilities,
            runtime: Handle::current().id(),
            used: Instant::now(),
            settled: true,
        })
    }
}

impl Session {
    /// Whether the session can't be used again: something is under way, it was idle for that long, or another runtime drives it.
    pub(crate) fn is_spent(&self, idle: Duration) -> bool {
        !self.settled || self.runtime != Handle::current().id() || self.used.elapsed() >= idle
    }

    /// Whether nothing is under way.
    pub(crate) fn is_settled(&self) -> bool {
        self.settled
    }

    /// Clears what the last mail left, and tells whether the relay still listens.
    pub(crate) async fn reset(&mut self) -> bool {
        self.settled = false;
        let reply = self.client.cmd(b"RSET\r\n").await;
        self.settled = reply.is_ok_and(|reply| Status::of(&reply).is_positive());
        self.settled
    }

    /// Names the sender. What the relay can't do is known before anything is sent.
    pub(crate) async fn begin(&mut self, posting: &Posting) -> Result<(), Fault> {
        let mut mail = format!("MAIL FROM:<{}>", posting.sender);
        if posting.needs_utf8 {
            self.can(EXT_SMTP_UTF8, SmtpError::NoSmtpUtf8)?;
            mail.push_str(" SMTPUTF8");
        }
        if posting.needs_8bit {
            self.can(EXT_8BIT_MIME, SmtpError::No8BitMime)?;
            mail.push_str(" BODY=8BITMIME");
        }
        if self.abilities.has_capability(EXT_SIZE) {
            // The CR LF of the last line counts (RFC 1870 section 3).
            let octets = posting.octets.len().saturating_add(2);
            // Zero: no limit that is known.
            if (1..octets).contains(&self.abilities.size) {
                return Err(Fault::ours(SmtpError::TooLarge { octets, limit: self.abilities.size }));
            }
            mail.push_str(&format!(" SIZE={octets}"));
        }
        mail.push_str("\r\n");
        self.say(Command::Mail, mail.as_bytes()).await.map(drop)
    }

    /// Names the recipient and hands the mail over; the server's own name for it, if it gave one. `at` is the step that has no
    /// answer yet.
    pub(crate) async fn hand_over(
        &mut self,
        posting: &Posting,
        at: &mut Command,
    ) -> Result<Option<String>, Fault> {
        *at = Command::Rcpt;
        self.say(Command::Rcpt, format!("RCPT TO:<{}>\r\n", posting.recipient).as_bytes()).await?;
        *at = Command::Data;
        let reply = self.ask(Command::Data, b"DATA\r\n").await?;
        if reply.code != 354 {
            return Err(self.settle(refused(Command::Data, &reply)));
        }
        *at = Command::Content;
        // Before the dot that ends it the mail counts as nothing; whether that dot was read, a broken connection does not say.
        let lost = |_| Fault::lost(Command::Content);
        self.client.write_message(&posting.octets).await.map_err(lost)?;
        let reply = self.client.read().await.map_err(|_| Fault::lost(Command::Content))?;
        self.settle_by(Command::Content, &reply)?;
        Ok(queue_id(&reply.message))
    }

    fn can(&self, extension: u32, or: SmtpError) -> Result<(), Fault> {
        if self.abilities.has_capability(extension) { Ok(()) } else { Err(Fault::ours(or)) }
    }

    /// Sends a command and takes nothing but yes for an answer.
    async fn say(&mut self, at: Command, line: &[u8]) -> Result<Response<String>, Fault> {
        let reply = self.ask(at, line).await?;
        self.settle_by(at, &reply)?;
        Ok(reply)
    }

    /// Sends a command; until its answer is judged, something is under way.
    async fn ask(&mut self, at: Command, line: &[u8]) -> Result<Response<String>, Fault> {
        self.settled = false;
        command(&mut self.client, at, line).await
    }

    fn settle_by(&mut self, at: Command, reply: &Response<String>) -> Result<(), Fault> {
        match positive(at, reply) {
            Ok(()) => {
                self.settled = true;
                self.used = Instant::now();
                Ok(())
            }
            Err(fault) => Err(self.settle(fault)),
        }
    }

    /// After a refusal that is one the session goes on; after what is no answer to the command it does not.
    fn settle(&mut self, fault: Fault) -> Fault {
        if let SmtpError::Refused { status, .. } = &fault.error {
            self.settled = (400..600).contains(&status.code) && !status.is_closing();
            self.used = Instant::now();
        }
        fault
    }
}

/// Connects to the first address of the host that answers. One that is silent does not use up the time of the next.
async fn connected(host: &str, port: u16) -> io::Result<TcpStream> {
    let mut addresses = lookup_host((host, port)).await?.peekable();
    let mut failed = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    while let Some(address) = addresses.next() {
        // The last one has until the deadline.
        let outcome = match addresses.peek() {
            Some(_) => timeout(SILENCE, TcpStream::connect(address)).await,
            None => Ok(TcpStream::connect(address).await),
        };
        match outcome.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())) {
            Ok(tcp) => return Ok(tcp),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

fn client<S: Stream>(stream: S) -> SmtpClient<S> {
    SmtpClient { stream, timeout: UNBOUNDED }
}

async fn greeted<S: Stream>(client: &mut SmtpClient<S>) -> Result<(), Fault> {
    let greeting = client.read().await.map_err(|_| Fault::lost(Command::Greeting))?;
    positive(Command::Greeting, &greeting)
}

async fn command<S: Stream>(
    client: &mut SmtpClient<S>,
    at: Command,
    line: &[u8],
) -> Result<Response<String>, Fault> {
    client.cmd(line).await.map_err(|_| Fault::lost(at))
}

fn positive(at: Command, reply: &Response<String>) -> Result<(), Fault> {
    if Status::of(reply).is_positive() { Ok(()) } else { Err(refused(at, reply)) }
}

/// The reply's text is read here, and goes no further.
fn refused(at: Command, reply: &Response<String>) -> Fault {
    let status = Status::of(reply);
    Fault { class: classify(at, status, &reply.message), error: SmtpError::Refused { command: at, status } }
}

/// Logs in by `PLAIN` (RFC 4616), else by `LOGIN`: both show the password to the relay, so there is TLS by now.
async fn log_in<S: Stream>(
    client: &mut SmtpClient<S>,
    abilities: &EhloResponse<String>,
    user: &str,
    password: &RelayPassword,
) -> Result<(), Fault> {
    let password = password.expose();
    let reply = if abilities.auth() & AUTH_PLAIN != 0 {
        let secret = Zeroizing::new(format!("\0{user}\0{password}"));
        let line = Zeroizing::new(format!("AUTH PLAIN {}\r\n", *Zeroizing::new(STANDARD.encode(&*secret))));
        command(client, Command::Auth, line.as_bytes()).await?
    } else if abilities.auth() & AUTH_LOGIN != 0 {
        let mut reply = command(client, Command::Auth, b"AUTH LOGIN\r\n").await?;
        // It asks for the name, then for the password; how it puts that differs from server to server.
        for said in [user, password] {
            if reply.code != 334 {
                break;
            }
            let line = Zeroizing::new(format!("{}\r\n", *Zeroizing::new(STANDARD.encode(said))));
            reply = command(client, Command::Auth, line.as_bytes()).await?;
        }
        reply
    } else {
        return Err(Fault::unreachable(SmtpError::NoLogin));
    };
    positive(Command::Auth, &reply)
}
