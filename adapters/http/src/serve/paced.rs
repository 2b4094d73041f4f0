//! A connection whose other end must keep the pace: send heads, end idleness and take answers in time.

use std::{
    future::Future as _,
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use futures_util::task::AtomicWaker;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep},
};

/// How long each may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// From the first octet of a head, or from the start, to its last.
    pub(super) head: Duration,
    /// From the end of an answer to the next head.
    pub(super) idle: Duration,
    /// Until an octet of an answer is taken.
    pub(super) stall: Duration,
}

/// Where the calls of a connection begin and end, which its octets do not tell. The count is odd while one is answered.
#[derive(Debug, Clone, Default)]
pub(super) struct Calls(Arc<Counted>);

#[derive(Debug, Default)]
struct Counted {
    edges: AtomicUsize,
    /// Who reads: hyper does not look again by itself where an answer ends after its last look.
    reader: AtomicWaker,
}

impl Calls {
    /// A call that is answered until what is returned is dropped.
    pub(super) fn begin(&self) -> Answering {
        self.0.edges.fetch_add(1, Ordering::Relaxed);
        Answering(self.clone())
    }

    fn seen(&self) -> usize {
        self.0.edges.load(Ordering::Relaxed)
    }
}

/// That a call is being answered.
#[derive(Debug)]
pub(super) struct Answering(Calls);

impl Drop for Answering {
    fn drop(&mut self) {
        let Self(Calls(counted)) = self;
        counted.edges.fetch_add(1, Ordering::Relaxed);
        counted.reader.wake();
    }
}

/// A connection that fails with [`io::ErrorKind::TimedOut`] where its other end does not keep the pace.
pub(super) struct Paced<I> {
    io: I,
    pace: Pace,
    calls: Calls,
    seen: usize,
    in_head: bool,
    read_by: Option<Pin<Box<Sleep>>>,
    write_by: Option<Pin<Box<Sleep>>>,
}

impl<I> Paced<I> {
    /// A connection that has just begun: a head is due.
    pub(super) fn new(io: I, pace: Pace, calls: Calls) -> Self {
        let read_by = Some(Box::pin(sleep(pace.head)));
        Self { io, pace, seen: calls.seen(), calls, in_head: true, read_by, write_by: None }
    }

    /// Whether a call is being answered: how long its body may take is the router's.
    fn answers(&mut self) -> bool {
        let seen = self.calls.seen();
        if seen != self.seen {
            self.seen = seen;
            self.in_head = false;
            self.read_by = None;
        }
        !seen.is_multiple_of(2)
    }

    fn wrote<T>(&mut self, cx: &mut Context<'_>, wrote: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if wrote.is_pending() {
            let stall = self.pace.stall;
            let due = self.write_by.get_or_insert_with(|| Box::pin(sleep(stall))).as_mut().poll(cx);
            return due.map(|()| Err(io::ErrorKind::TimedOut.into()));
        }
        self.write_by = None;
        // Who still takes the last answer is not idle yet.
        let later = Instant::now().checked_add(self.pace.idle);
        if let (false, Some(idle), Some(later)) = (self.in_head, &mut self.read_by, later) {
            idle.as_mut().reset(later);
        }
        wrote
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Paced<I> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.calls.0.reader.register(cx.waker());
        let answers = this.answers();
        let had = buffer.filled().len();
        let read = Pin::new(&mut this.io).poll_read(cx, buffer);
        if answers {
            return read;
        }
        if read.is_pending() {
            let idle = this.pace.idle;
            let due = this.read_by.get_or_insert_with(|| Box::pin(sleep(idle))).as_mut().poll(cx);
            return due.map(|()| Err(io::ErrorKind::TimedOut.into()));
        }
        if !this.in_head && buffer.filled().len() > had {
            this.in_head = true;
            this.read_by = Some(Box::pin(sleep(this.pace.head)));
        }
        read
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Paced<I> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let wrote = Pin::new(&mut this.io).poll_write(cx, octets);
        this.wrote(cx, wrote)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let wrote = Pin::new(&mut this.io).poll_write_vectored(cx, parts);
        this.wrote(cx, wrote)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let flushed = Pin::new(&mut this.io).poll_flush(cx);
        this.wrote(cx, flushed)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let shut = Pin::new(&mut this.io).poll_shutdown(cx);
        this.wrote(cx, shut)
    }
}
