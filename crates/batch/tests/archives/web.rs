//! A web server that fails at times.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use crate::{
    clips::syllables_wav,
    program::{column, done, folder, refused, score},
};

/// How often each path was asked for.
pub type Asked = Arc<Mutex<BTreeMap<String, usize>>>;

/// Serves one clip under every path: at the second try, under `/down` never, under `/gone` not at all.
pub fn serve(clip: Vec<u8>) -> (String, Asked) {
    let asked = Asked::default();
    let counted = Arc::clone(&asked);
    let address = serve_by(move |path| {
        let mut counted = counted.lock().expect("nobody panics");
        let n_asked = counted.entry(path.to_owned()).or_default();
        *n_asked += 1;
        match path {
            "/gone.wav" => ("404 Not Found", Vec::new()),
            "/down.wav" => ("503 Service Unavailable", Vec::new()),
            _ if *n_asked == 1 => ("503 Service Unavailable", Vec::new()),
            _ => ("200 OK", clip.clone()),
        }
    });
    (address, asked)
}

/// Serves what is told for a path, status and body, as soon as it is told; each connection has a thread.
pub fn serve_by(tell: impl Fn(&str) -> (&'static str, Vec<u8>) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    let tell = Arc::new(tell);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let tell = Arc::clone(&tell);
            // Who hangs up has what he wants.
            thread::spawn(move || answer(stream, &*tell).ok());
        }
    });
    format!("http://{address}")
}

fn answer(
    stream: TcpStream,
    tell: &impl Fn(&str) -> (&'static str, Vec<u8>),
) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    while let Some(request) = lines.next().transpose()? {
        let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
        for line in lines.by_ref() {
            if line?.is_empty() {
                break;
            }
        }
        let (status, body) = tell(&path);
        let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n", body.len());
        let changed = "Last-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r\n\r\n";
        (&stream).write_all(&[head.as_bytes(), changed.as_bytes(), &body].concat())?;
    }
    Ok(())
}

#[test]
fn a_store_is_asked_again_and_a_clip_it_never_gives_is_left_for_the_next_run() {
    let (address, asked) = serve(syllables_wav(1.0));
    let (lists, out) = (folder("web/lists"), folder("web/out"));
    let manifest = lists.join("calls.csv");
    let names = ["a.wav", "b%20c.wav", "gone.wav", "down.wav"];
    let lines = names.map(|name| format!("{address}/{name}\n")).concat();
    fs::write(&manifest, format!("uri\n{lines}")).expect("a writable folder");
    let said = refused(score(&manifest, &out).args(["--retries", "2"]));
    assert!(
        said.contains("cannot fetch ") && said.contains("/down.wav"),
        "{said}"
    );
    assert!(
        said.contains("1 could not be fetched, --resume tries again"),
        "{said}"
    );
    let n_asked = |path: &str| asked.lock().expect("nobody panics")[path];
    assert_eq!(
        [
            n_asked("/a.wav"),
            n_asked("/b%20c.wav"),
            n_asked("/down.wav")
        ],
        [2, 2, 3]
    );

    let errors = column(&out, "error");
    let found: Vec<_> = names
        .map(|name| errors.get(&format!("{address}/{name}")).cloned())
        .into();
    let gone = Some("file_unreadable".to_owned());
    assert_eq!(found, [Some(None), Some(None), Some(gone), None]);

    fs::write(&manifest, format!("uri\n{}", lines.replace("down", "up")))
        .expect("a writable folder");
    let said = done(score(&manifest, &out).arg("--resume"));
    assert!(
        said.contains("1 clips in ") && said.contains("3 were done before"),
        "{said}"
    );
    assert_eq!(column(&out, "error").len(), 4);
}

#[test]
fn one_address_is_one_clip() {
    let (address, _) = serve(syllables_wav(1.0));
    let out = folder("address/out");
    done(&mut score(format!("{address}/a.wav"), &out));
    assert_eq!(
        column(&out, "error").into_keys().collect::<Vec<_>>(),
        [format!("{address}/a.wav")]
    );
}
