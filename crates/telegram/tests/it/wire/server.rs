//! A Bot API that does what a test tells it, one step a request.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

/// What to do with the next request.
pub enum Step {
    /// Status line's number and words, further header lines, body.
    Answer(&'static str, &'static str, String),
    /// Read the request, then close without a word.
    Close,
    /// Promise a longer body than is sent, then close.
    Truncate(String),
    /// Read the request and say nothing until the test ends.
    Hang,
}

/// A success with this result.
pub fn ok(result: &serde_json::Value) -> Step {
    Step::Answer("200 OK", "", serde_json::json!({"ok": true, "result": result}).to_string())
}

/// A refusal in Telegram's form.
pub fn refusal(status: &'static str, code: u16, description: &str) -> Step {
    let body = serde_json::json!({"ok": false, "error_code": code, "description": description});
    Step::Answer(status, "", body.to_string())
}

#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    pub path: String,
    pub body: serde_json::Value,
}

#[derive(Default)]
struct Record {
    steps: VecDeque<Step>,
    requests: Vec<Request>,
    connections: usize,
}

pub struct Server {
    pub url: String,
    record: Arc<Mutex<Record>>,
    /// Dropped with the server: hanging requests end then.
    _end: Sender<()>,
}

impl Server {
    pub fn start(steps: Vec<Step>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let record = Arc::new(Mutex::new(Record { steps: steps.into(), ..Record::default() }));
        let (end, ended) = channel();
        let ended = Arc::new(Mutex::new(ended));
        let shared = record.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                shared.lock().unwrap().connections += 1;
                let (shared, ended) = (shared.clone(), ended.clone());
                std::thread::spawn(move || serve(&stream, &shared, &ended));
            }
        });
        Self { url, record, _end: end }
    }

    pub fn requests(&self) -> Vec<Request> {
        self.record.lock().unwrap().requests.clone()
    }

    pub fn connections(&self) -> usize {
        self.record.lock().unwrap().connections
    }
}

fn serve(stream: &TcpStream, record: &Mutex<Record>, ended: &Mutex<Receiver<()>>) {
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader) {
        let step = {
            let mut record = record.lock().unwrap();
            record.requests.push(request);
            record.steps.pop_front()
        };
        let mut stream = stream;
        match step {
            Some(Step::Answer(status, headers, body)) => {
                let length = body.len();
                let answer = format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\n\r\n{body}");
                if stream.write_all(answer.as_bytes()).is_err() {
                    return;
                }
            }
            Some(Step::Truncate(body)) => {
                let length = body.len() + 10;
                let _ = stream.write_all(
                    format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}").as_bytes(),
                );
                return;
            }
            Some(Step::Hang) => {
                let _ = ended.lock().unwrap().recv();
                return;
            }
            Some(Step::Close) | None => return,
        }
    }
}

fn read(reader: &mut BufReader<&TcpStream>) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok().filter(|read| *read > 0)?;
        let header = header.trim().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    // What fetches a file has no body.
    let body = if body.is_empty() { serde_json::Value::Null } else { serde_json::from_slice(&body).ok()? };
    Some(Request { path, body })
}
