//! Stands between trueup and the server, counts what is sent, and lets something happen at a chosen statement.
//!
//! It reads the frames of the protocol and nothing in them: a simple query and a `Sync` each end with one answer
//! (PostgreSQL 17 §53.2 "Message Flow"), and that is what is counted here, over all connections of a run.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::Result;

/// Where in the exchange it happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// The server has it, and nobody waits for its end.
    Sent,
    /// The server has answered, and the answer has not arrived.
    Answered,
}

/// What happens.
pub(super) type Deed = Box<dyn FnOnce() + Send>;

/// Listens until it is dropped.
pub(super) struct Proxy {
    shared: Arc<Shared>,
}

struct Shared {
    port: u16,
    server_port: u16,
    /// How many were sent.
    sent: AtomicUsize,
    /// The position that is waited for, and where in its exchange; zero is none.
    at: usize,
    phase: Phase,
    deed: Mutex<Option<Deed>>,
    ended: AtomicBool,
    /// All connections, to be cut.
    open: Mutex<Vec<TcpStream>>,
}

impl Proxy {
    /// Listens, and does something once at the n-th statement; zero is never.
    pub(super) fn start(server_port: u16, at: usize, phase: Phase, deed: Deed) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let shared = Arc::new(Shared {
            port: listener.local_addr()?.port(),
            server_port,
            sent: AtomicUsize::new(0),
            at,
            phase,
            deed: Mutex::new(Some(deed)),
            ended: AtomicBool::new(false),
            open: Mutex::default(),
        });
        let own = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if own.ended.load(Ordering::Acquire) {
                    break;
                }
                let own = Arc::clone(&own);
                // A connection that cannot be made is refused by being closed.
                thread::spawn(move || own.serve(client).is_ok());
            }
        });
        Ok(Self { shared })
    }

    /// Returns the port that it listens on.
    pub(super) fn port(&self) -> u16 {
        self.shared.port
    }

    /// Returns how many statements were sent.
    pub(super) fn sent(&self) -> usize {
        self.shared.sent.load(Ordering::Acquire)
    }

    /// Tells whether it has happened.
    pub(super) fn has_struck(&self) -> bool {
        self.shared.deed.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }

    /// Returns something that cuts all connections as a network does: without a word.
    pub(super) fn cutter(&self) -> impl Fn() + Send + Sync + use<> {
        let shared = Arc::clone(&self.shared);
        move || shared.cut()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::Release);
        // Whoever waits for it to happen learns so that it never will.
        drop(self.shared.deed.lock().unwrap_or_else(PoisonError::into_inner).take());
        self.shared.cut();
        // Wakes the listener, which then ends.
        let _ = TcpStream::connect(("127.0.0.1", self.shared.port));
    }
}

impl Shared {
    fn cut(&self) {
        for stream in self.open.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    fn serve(self: Arc<Self>, client: TcpStream) -> Result<()> {
        let server = TcpStream::connect(("127.0.0.1", self.server_port))?;
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        {
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            open.extend([client.try_clone()?, server.try_clone()?]);
        }
        let waited_for = Arc::new(AtomicBool::new(false));
        let (back, own, waits) =
            ((server.try_clone()?, client.try_clone()?), Arc::clone(&self), Arc::clone(&waited_for));
        thread::spawn(move || {
            let (from, to) = back;
            let _ = own.answers(&from, &to, &waits);
            let _ = to.shutdown(Shutdown::Both);
        });
        let result = self.requests(&client, &server, &waited_for);
        let _ = server.shutdown(Shutdown::Both);
        result
    }

    /// Hands on what the client sends.
    fn requests(&self, mut from: &TcpStream, mut to: &TcpStream, waited_for: &AtomicBool) -> Result<()> {
        // The first packet has no type.
        let mut length = [0; 4];
        from.read_exact(&mut length)?;
        to.write_all(&packet(from, None, length)?)?;
        let mut pending = Vec::new();
        loop {
            let mut kind = [0];
            from.read_exact(&mut kind)?;
            from.read_exact(&mut length)?;
            pending.extend(packet(from, Some(kind[0]), length)?);
            if !matches!(kind[0], b'Q' | b'S' | b'H' | b'X') {
                continue;
            }
            let is_hit =
                matches!(kind[0], b'Q' | b'S') && self.sent.fetch_add(1, Ordering::AcqRel) + 1 == self.at;
            waited_for.store(is_hit && self.phase == Phase::Answered, Ordering::Release);
            to.write_all(&std::mem::take(&mut pending))?;
            if is_hit && self.phase == Phase::Sent {
                self.strike();
            }
        }
    }

    /// Hands on what the server answers.
    fn answers(&self, mut from: &TcpStream, mut to: &TcpStream, waited_for: &AtomicBool) -> Result<()> {
        let (mut kind, mut length) = ([0], [0; 4]);
        loop {
            from.read_exact(&mut kind)?;
            from.read_exact(&mut length)?;
            let answer = packet(from, Some(kind[0]), length)?;
            if kind[0] == b'Z' && waited_for.swap(false, Ordering::AcqRel) {
                self.strike();
            }
            to.write_all(&answer)?;
        }
    }

    fn strike(&self) {
        let deed = self.deed.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(deed) = deed {
            deed();
        }
    }
}

/// Reads the rest of a packet whose length, which counts itself, is known, and returns it whole.
fn packet(mut from: &TcpStream, kind: Option<u8>, length: [u8; 4]) -> Result<Vec<u8>> {
    let rest = (u32::from_be_bytes(length) as usize).saturating_sub(length.len());
    let mut whole: Vec<u8> = kind.into_iter().chain(length).collect();
    let begin = whole.len();
    whole.resize(begin + rest, 0);
    from.read_exact(&mut whole[begin..])?;
    Ok(whole)
}
