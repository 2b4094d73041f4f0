//! Connections over a listener in memory, on a clock that is paused.

use std::{future::pending, io, time::Duration};

use axum::{
    extract::{ConnectInfo, Request},
    routing::{get, post},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex},
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::{Instant, sleep},
};

use super::*;
use crate::limits::Limits;

/// A listener in memory, so that time can be paused.
struct InMemory(mpsc::UnboundedReceiver<(DuplexStream, SocketAddr)>);

impl Listener for InMemory {
    type Io = DuplexStream;
    type Addr = SocketAddr;
    async fn accept(&mut self) -> (DuplexStream, SocketAddr) {
        match self.0.recv().await {
            Some(connection) => connection,
            None => pending().await,
        }
    }
    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(([127, 0, 0, 1], 80).into())
    }
}

struct Server {
    connect: mpsc::UnboundedSender<(DuplexStream, SocketAddr)>,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
}

impl Server {
    fn start(connections: Connections) -> Self {
        Self::start_behind(Proxies::none(), connections)
    }

    fn start_behind(proxies: Proxies, connections: Connections) -> Self {
        let router = Router::new()
            .route("/", get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.to_string() }))
            .route(
                "/slow",
                get(|| async {
                    sleep(Duration::from_secs(5)).await;
                    "done"
                }),
            )
            .route("/hang", get(pending::<()>))
            .route("/large", get(|| async { "x".repeat(1 << 20) }))
            .route(
                "/body",
                post(|request: Request| async move {
                    let read = Limits::default().read(request.into_body()).await;
                    read.map_or_else(|trouble| trouble.code().to_owned(), |body| body.len().to_string())
                }),
            );
        let (connect, accept) = mpsc::unbounded_channel();
        let (stop, stopped) = oneshot::channel();
        let stopped = async { drop(stopped.await) };
        let serving = tokio::spawn(async move {
            connections.serve_behind(&proxies, InMemory(accept), router, stopped).await;
        });
        Self { connect, stop: Some(stop), serving }
    }

    async fn send(&self, head: &str) -> DuplexStream {
        self.send_from("192.0.2.7:4711", head).await
    }

    async fn send_from(&self, peer: &str, head: &str) -> DuplexStream {
        let (mut ours, theirs) = duplex(4_096);
        self.connect.send((theirs, peer.parse().unwrap())).unwrap();
        ours.write_all(head.as_bytes()).await.unwrap();
        ours
    }
}

async fn rest(mut io: DuplexStream) -> String {
    let mut text = String::new();
    let _ = io.read_to_string(&mut text).await;
    text
}

#[test]
fn connections_that_nobody_could_use_or_bound_can_not_be_had() {
    let connections = Connections::default();
    for nonsense in [0, usize::MAX] {
        for refused in [
            connections.with_at_once(nonsense),
            connections.with_at_once_of_a_peer(nonsense),
            connections.with_head(nonsense),
        ] {
            assert_eq!(refused.unwrap_err().given, nonsense.into());
        }
    }
    for nonsense in [Span::ZERO, Span::MAX] {
        for refused in [
            connections.with_head_time(nonsense),
            connections.with_idle_time(nonsense),
            connections.with_stall_time(nonsense),
            connections.with_lifetime(nonsense),
        ] {
            assert_eq!(refused.unwrap_err().given, nonsense.into());
        }
    }
    assert!(connections.with_drain(Span::ZERO).is_ok() && connections.with_drain(Span::MAX).is_err());
    let read = |text: &str| serde_json::from_str::<Connections>(text);
    assert_eq!(read("{}").unwrap(), connections);
    assert_eq!(read(&serde_json::to_string(&connections).unwrap()).unwrap(), connections);
    for text in [r#"{"at_once": 0}"#, r#"{"head": 1023}"#, r#"{"lifetime": "25 h"}"#] {
        assert!(read(text).unwrap_err().to_string().contains("out of bounds"), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_is_answered_and_knows_its_peer() {
    let server = Server::start(Connections::default());
    let io = server.send("GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(rest(io).await.ends_with("\r\n\r\n192.0.2.7:4711"));
}

#[tokio::test(start_paused = true)]
async fn a_head_that_never_ends_and_an_idle_connection_are_cut_off() {
    let server = Server::start(Connections::default());
    for (head, seconds) in
        [("", 10), ("GET / HTTP/1.1\r\nx: ", 10), ("GET / HTTP/1.1\r\nhost: x\r\n\r\n", 75)]
    {
        let start = Instant::now();
        rest(server.send(head).await).await;
        assert_eq!(start.elapsed().as_secs(), seconds, "{head:?}");
    }
    let mut trickle = server.send("GET / HTTP/1.1\r\n").await;
    let start = Instant::now();
    while trickle.write_all(b"x: y\r\n").await.is_ok() {
        sleep(Duration::from_secs(1)).await;
    }
    assert!((10..=11).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_head_that_begins_late_has_its_own_time() {
    let server = Server::start(Connections::default());
    let mut io = server.send("GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let start = Instant::now();
    sleep(Duration::from_secs(74)).await;
    io.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
    sleep(Duration::from_secs(9)).await;
    io.write_all(b"host: x\r\n\r\n").await.unwrap();
    sleep(Duration::from_secs(60)).await;
    io.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
    assert_eq!(rest(io).await.matches("HTTP/1.1 200").count(), 2);
    assert_eq!(start.elapsed().as_secs(), 74 + 9 + 60 + 10);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_takes_longer_than_a_head_or_idleness_may_is_answered() {
    let connections = Connections::default().with_head_time(Span::seconds(2)).unwrap();
    let server = Server::start(connections.with_idle_time(Span::seconds(2)).unwrap());
    let io = server.send("GET /slow HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(rest(io).await.ends_with("done"));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_never_comes_is_answered_without_it() {
    let server = Server::start(Connections::default());
    let io = server.send("POST /body HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc").await;
    assert!(rest(io).await.contains("body_too_slow"));
    let io = server.send("POST /body HTTP/1.1\r\nhost: x\r\ncontent-length: 10485760\r\n\r\n").await;
    assert!(rest(io).await.contains("body_too_large"));
}

#[tokio::test(start_paused = true)]
async fn a_head_that_is_too_large_is_refused() {
    let server = Server::start(Connections::default());
    let (ours, theirs) = duplex(1 << 20);
    server.connect.send((theirs, "192.0.2.7:4711".parse().unwrap())).unwrap();
    let (mut read, mut write) = tokio::io::split(ours);
    write.write_all(format!("GET / HTTP/1.1\r\nx: {}\r\n\r\n", "x".repeat(20_000)).as_bytes()).await.unwrap();
    let mut text = String::new();
    let _ = read.read_to_string(&mut text).await;
    assert!(text.starts_with("HTTP/1.1 431"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_connection_too_many_waits_until_another_ends() {
    let server = Server::start(Connections::default().with_at_once(1).unwrap());
    let first = server.send("GET /slow HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    let second = server.send("GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    let start = Instant::now();
    assert!(rest(second).await.ends_with("4711"));
    assert_eq!(start.elapsed().as_secs(), 5);
    assert!(rest(first).await.ends_with("done"));
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_never_reads_its_answer_loses_the_connection() {
    let server = Server::start(Connections::default());
    let start = Instant::now();
    let mut io = server.send("GET /large HTTP/1.1\r\nhost: x\r\n\r\n").await;
    while io.write_all(b"GET /large HTTP/1.1\r\nhost: x\r\n\r\n").await.is_ok() {
        sleep(Duration::from_secs(1)).await;
    }
    assert!((10..=11).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_reads_slowly_is_answered_to_the_end() {
    let server = Server::start(Connections::default().with_idle_time(Span::seconds(9)).unwrap());
    let start = Instant::now();
    let mut io = server.send("GET /large HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let (mut part, mut read) = ([0; 65_536], 0);
    loop {
        match io.read(&mut part).await {
            Ok(0) | Err(_) => break,
            Ok(octets) => read += octets,
        }
        if read < 200_000 {
            sleep(Duration::from_secs(5)).await;
        }
    }
    assert!(read > 1 << 20, "{read}");
    assert!(start.elapsed().as_secs() > 200, "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_peer_with_as_many_connections_as_it_may_gets_no_more_and_others_do() {
    let server = Server::start(Connections::default());
    let mut held = Vec::new();
    for port in 1..=64 {
        let hang = "GET /hang HTTP/1.1\r\nhost: x\r\n\r\n";
        held.push(server.send_from(&format!("[2001:db8::{port:x}]:4711"), hang).await);
    }
    let call = "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let more = server.send_from("[2001:db8::ffff]:4711", call).await;
    assert_eq!(rest(more).await, "");
    assert!(rest(server.send(call).await).await.ends_with("4711"));
    held.pop();
    sleep(Duration::from_secs(1)).await;
    let again = server.send_from("[2001:db8::ffff]:4711", call).await;
    assert!(rest(again).await.ends_with("4711"));
}

#[tokio::test(start_paused = true)]
async fn a_proxy_has_as_many_connections_as_there_are_and_whoever_is_none_has_its_share() {
    let proxies = Proxies::x_forwarded_for(["10.0.0.0/8".parse().unwrap()]);
    let server = Server::start_behind(proxies, Connections::default());
    let hang = "GET /hang HTTP/1.1\r\nhost: x\r\n\r\n";
    let mut held = Vec::new();
    for port in 1..=256 {
        held.push(server.send_from(&format!("10.1.2.3:{port}"), hang).await);
    }
    for port in 1..=64 {
        held.push(server.send_from(&format!("192.0.2.9:{port}"), hang).await);
    }
    let call = "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    assert!(rest(server.send_from("10.1.2.3:4711", call).await).await.ends_with("4711"));
    assert_eq!(rest(server.send_from("192.0.2.9:4711", call).await).await, "");
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_finishes_what_has_begun_and_waits_for_nobody_for_ever() {
    let mut server = Server::start(Connections::default());
    let idle = server.send("GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let slow = server.send("GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let hang = server.send("GET /hang HTTP/1.1\r\nhost: x\r\n\r\n").await;
    sleep(Duration::from_secs(1)).await;
    let start = Instant::now();
    server.stop.take().unwrap().send(()).unwrap();
    assert!(rest(idle).await.ends_with("4711"));
    assert_eq!(start.elapsed().as_secs(), 0);
    assert!(rest(slow).await.ends_with("done"));
    assert_eq!(start.elapsed().as_secs(), 4);
    server.serving.await.unwrap();
    assert_eq!(start.elapsed().as_secs(), 30);
    assert_eq!(rest(hang).await, "");
}
