//! Who is told by webhooks: how a message is read, and a receiver that fails as a test says.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::mpsc::{Receiver, channel},
    thread,
};

use serde_json::Value;

/// A message that was received: its name, its body, and the status that it was answered with.
pub(crate) struct Told {
    pub(crate) id: String,
    pub(crate) body: Value,
    pub(crate) status: u16,
}

/// The name and the body of the next message. None where the caller broke off, as one does that is killed.
pub(crate) fn message(connection: &mut BufReader<TcpStream>) -> Option<(String, Value)> {
    let (mut id, mut length) = (None, 0);
    loop {
        let mut line = String::new();
        if connection.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end().split_once(": ") {
            Some(("webhook-id", value)) => id = Some(value.to_owned()),
            Some(("content-length", value)) => length = value.parse().unwrap(),
            None if line.trim_end().is_empty() => break,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body).ok()?;
    Some((id?, serde_json::from_slice(&body).unwrap()))
}

/// Takes what it is told, on a port of its own; of so many connections it fails those that it is to.
pub(crate) fn receiver(mut fails: impl FnMut(u64) -> bool + Send + 'static) -> (u16, Receiver<Told>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (told, received) = channel();
    thread::spawn(move || {
        for (count, connection) in (0..).zip(listener.incoming()) {
            let mut connection = BufReader::new(connection.unwrap());
            let Some((id, body)) = message(&mut connection) else { continue };
            let (status, line) = match fails(count) {
                true => (503, "503 Service Unavailable\r\nContent-Length: 0"),
                false => (204, "204 No Content"),
            };
            let _ = write!(connection.get_mut(), "HTTP/1.1 {line}\r\nConnection: close\r\n\r\n");
            if told.send(Told { id, body, status }).is_err() {
                return;
            }
        }
    });
    (port, received)
}
