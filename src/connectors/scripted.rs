//! A server for tests that does what its script says, in raw bytes: it stands for the other side, so it
//! shares nothing with the client.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What the server does with a call, after it has read all of it.
#[derive(Clone)]
pub(super) struct Script {
    bytes: Vec<u8>,
    then: Then,
}

#[derive(Clone)]
enum Then {
    Close,
    Hang,
    Drip,
}

impl Script {
    /// Sends these bytes and closes the connection.
    pub(super) fn close(bytes: impl Into<Vec<u8>>) -> Self {
        Self { bytes: bytes.into(), then: Then::Close }
    }

    /// Sends these bytes and then nothing, until the client has gone.
    pub(super) fn hang(bytes: impl Into<Vec<u8>>) -> Self {
        Self { bytes: bytes.into(), then: Then::Hang }
    }

    /// Sends these bytes and then a blank every few milliseconds, until the client has gone.
    pub(super) fn drip(bytes: impl Into<Vec<u8>>) -> Self {
        Self { bytes: bytes.into(), then: Then::Drip }
    }
}

/// A whole answer.
pub(super) fn answer(status: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let mut head = format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    for header in headers {
        head.push_str(header);
        head.push_str("\r\n");
    }
    head.push_str("\r\n");
    [head.as_bytes(), body].concat()
}

/// Starts the server; gives its address, and the call that it took, byte for byte.
pub(super) async fn serve(script: Script) -> (String, JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let request = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let request = read_request(&mut socket).await;
        play(script, &mut socket).await;
        request
    });
    (base_url, request)
}

/// Starts a server that answers every call that holds one of these texts as it says there, and plays the
/// script for every other one. Gives its address, and the calls that met the script.
pub(super) async fn serve_after(
    prelude: &'static [(&'static str, &'static str)],
    script: Script,
) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let calls = Arc::new(Mutex::new(Vec::new()));
    let met = Arc::clone(&calls);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let (script, met) = (script.clone(), Arc::clone(&met));
            tokio::spawn(async move {
                let request = String::from_utf8_lossy(&read_request(&mut socket).await).into_owned();
                let known = prelude.iter().find(|(part, _)| request.contains(part));
                match known {
                    Some((_, body)) => play(Script::close(answer("200 OK", &[], body)), &mut socket).await,
                    None => {
                        met.lock().unwrap().push(request);
                        play(script, &mut socket).await;
                    }
                }
            });
        }
    });
    (base_url, calls)
}

async fn play(script: Script, socket: &mut TcpStream) {
    socket.write_all(&script.bytes).await.unwrap();
    match script.then {
        Then::Close => socket.shutdown().await.unwrap(),
        // Reading ends when the client goes.
        Then::Hang => while matches!(socket.read(&mut [0; 64]).await, Ok(1..)) {},
        Then::Drip => {
            let mut drops = tokio::time::interval(Duration::from_millis(10));
            while socket.write_all(b" ").await.is_ok() {
                drops.tick().await;
            }
        }
    }
}

/// An address at which nobody listens.
pub(super) async fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

async fn read_request(socket: &mut TcpStream) -> Vec<u8> {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    while !is_whole(&request) {
        let count = socket.read(&mut buffer).await.unwrap();
        assert!(count > 0, "the client left in the middle of its call");
        request.extend_from_slice(&buffer[..count]);
    }
    request
}

fn is_whole(request: &[u8]) -> bool {
    let Some(end) = request.windows(4).position(|window| window == b"\r\n\r\n") else {
        return false;
    };
    let head = String::from_utf8_lossy(&request[..end]).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length: usize = length.map_or(0, |length| length.trim().parse().unwrap());
    request.len() >= end + 4 + length
}
