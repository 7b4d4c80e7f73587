//! A customer of two servers: made on the command line, within its limit over both, counted exactly, told of alerts.

use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{Command, Output},
    time::Duration,
};

use crate::{
    alerts::operator,
    clips::syllables_wav,
    server::{Server, program, upload},
};

struct Trial {
    folder: PathBuf,
    url: String,
}

impl Trial {
    fn new(test: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("tenants-{test}"));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a new folder");
        let url = format!("sqlite:{}", folder.join("tenants.db").display());
        Self { folder, url }
    }

    fn command(&self, outbox: &str) -> Command {
        let mut command = program((Ipv4Addr::LOCALHOST, 0).into(), &[]);
        command
            .env("BANGLASER_TENANTS_DATABASE_URL", &self.url)
            .env("BANGLASER_ALERTS_OUTBOX", self.folder.join(outbox))
            .env("BANGLASER_ALERTS_WEBHOOK_TO_PRIVATE_ADDRESSES", "true")
            .env("USER", "rima");
        command
    }

    fn administer(&self, arguments: &[&str]) -> Output {
        let mut command = self.command("none");
        command.env_remove("SUDO_USER").args(arguments);
        command.output().expect("the program starts")
    }

    /// What it says on standard output.
    fn told(&self, arguments: &[&str]) -> String {
        let output = self.administer(arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {error}");
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// What it says where it refuses.
    fn refused(&self, arguments: &[&str], part: &str) -> String {
        let output = self.administer(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{arguments:?}");
        assert!(said.contains(part), "{arguments:?}: {said}");
        said
    }

    fn server(&self, outbox: &str) -> Server {
        Server::of(self.command(outbox))
    }
}

fn with_key(request: &[u8], key: &str) -> Vec<u8> {
    let end = request.windows(2).position(|pair| pair == b"\r\n");
    let (first, rest) = request.split_at(end.expect("a first line"));
    let header = format!("\r\nAuthorization: Bearer {}", key.trim());
    [first, header.as_bytes(), rest].concat()
}

#[test]
fn two_servers_share_a_tenants_month_and_count_it_exactly() {
    let trial = Trial::new("month");
    trial.told(&["tenant", "create", "radio", "--audio-s-per-month", "20"]);
    let key = trial.told(&["key", "create", "radio"]);
    let mut servers = [trial.server("one"), trial.server("two")];
    let request = with_key(&upload("/predict", &syllables_wav(2.0)), &key);
    let mut n_heard = 0;
    for n in 0..28 {
        let said = servers[n % 2].exchange(&request);
        match said.split(' ').nth(1) {
            Some("200") => n_heard += 1,
            Some("429") => assert!(
                said.contains("month_spent") || said.contains("too_many_requests"),
                "{said}"
            ),
            _ => panic!("{said}"),
        }
    }
    // Ten are within; each server may go above by one, and one may hold what the other lacks.
    assert!((9..=12).contains(&n_heard), "{n_heard}");
    for server in &mut servers {
        server.terminate();
        assert_eq!(server.wait().code(), Some(0));
    }
    let usage = trial.told(&[
        "usage",
        "--from",
        "2020-01-01",
        "--to",
        "2100-01-01",
        "--format",
        "csv",
    ]);
    let answered: Vec<_> = usage
        .lines()
        .filter(|line| line.contains(",answered,"))
        .collect();
    let sum = |column: usize| -> f32 {
        let numbers = answered
            .iter()
            .map(|line| line.split(',').nth(column).expect("a column"));
        numbers
            .map(|number| number.parse::<f32>().expect("a number"))
            .sum()
    };
    assert_eq!(
        (sum(3), sum(4)),
        (n_heard as f32, 2.0 * n_heard as f32),
        "{usage}"
    );
}

#[test]
fn the_command_line_tells_what_was_done_and_shows_a_key_once() {
    let trial = Trial::new("acts");
    trial.told(&[
        "tenant",
        "create",
        "radio",
        "--clips-per-minute",
        "5",
        "--retention-days",
        "90",
    ]);
    trial.told(&["tenant", "limit", "radio", "--parallel", "2"]);
    let key = trial.told(&[
        "--by",
        "arif",
        "key",
        "create",
        "radio",
        "--expires-days",
        "30",
    ]);
    let prefix = &key[..17];
    let rotated = trial.told(&["key", "rotate", prefix, "--overlap-s", "0"]);
    trial.told(&["key", "revoke", &rotated[..17]]);
    trial.told(&["tenant", "disable", "radio"]);
    let shown = trial.told(&["tenant", "show", "radio"]);
    for part in [
        "clips_per_minute 5",
        "parallel 2",
        "retention_days 90",
        "disabled 20",
        "revoked 20",
        prefix,
    ] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    let audit = trial.told(&["audit"]);
    let acts: Vec<_> = audit
        .lines()
        .filter_map(|line| line.split('\t').nth(3))
        .collect();
    let expected = [
        "tenant.disable",
        "key.revoke",
        "key.rotate",
        "key.create",
        "tenant.limit",
        "tenant.create",
    ];
    assert_eq!(acts, expected);
    assert!(
        audit.contains("\tarif\tkey.create\t") && audit.contains("\tcli:rima\t"),
        "{audit}"
    );
    for told in [&shown, &audit, &trial.told(&["key", "list"])] {
        assert!(!told.contains(key.trim()) && !told.contains(rotated.trim()));
    }
    for refused in [
        &["tenant", "create", "radio"][..],
        &["tenant", "create", "No Name"],
        &["key", "create", "nobody"],
        &["key", "revoke", "bser_0"],
        &["tenant", "prefer", "radio", "--alert", "nonsense"],
    ] {
        assert!(!trial.administer(refused).status.success(), "{refused:?}");
    }
    let span = ["--from", "2026-11-01", "--to", "2026-11-30"];
    let usage = [&["usage", "--tenant", "nobody"][..], &span].concat();
    for of_nobody in [
        &["audit", "--tenant", "nobody"][..],
        &usage,
        &["key", "list", "nobody"],
    ] {
        trial.refused(of_nobody, "nobody");
    }
    let long = "a".repeat(1000);
    trial.refused(
        &["--by", &long, "tenant", "enable", "radio"],
        "1000 letters",
    );
    trial.refused(&["--by", &long, "admin", "token"], "letters");
}

#[test]
fn what_a_tenant_prefers_is_held_against_what_the_server_takes() {
    let trial = Trial::new("prefers");
    trial.told(&["tenant", "create", "radio"]);
    let before = trial.told(&["audit"]);
    for (flag, unfit) in [
        ("--webhook-url", "https://me:hidden@example.org/"),
        ("--webhook-url", "example.org"),
        ("--webhook-url", "ftp://example.org"),
        ("--cors-origin", "https://me:hidden@example.org"),
        ("--cors-origin", "https://example.org/page"),
        ("--cors-origin", "example.org"),
        ("--model", "no-such-model"),
    ] {
        let said = trial.refused(&["tenant", "prefer", "radio", flag, unfit], "");
        assert!(!said.contains("hidden"), "{said}");
    }
    assert_eq!(trial.told(&["audit"]), before);
    let url = "https://hooks.example/T0/hidden";
    trial.told(&["tenant", "prefer", "radio", "--webhook-url", url]);
    trial.told(&[
        "tenant",
        "prefer",
        "radio",
        "--cors-origin",
        "https://example.org",
    ]);
    let audit = trial.told(&["audit"]);
    assert!(
        audit.contains("hooks.example") && !audit.contains("hidden"),
        "{audit}"
    );
}

#[test]
fn a_mistyped_address_makes_no_database() {
    let trial = Trial::new("mistyped");
    let file = trial.folder.join("tenants.db");
    for act in [
        &["tenant", "list"][..],
        &["tenant", "disable", "radio"],
        &["key", "create", "radio"],
        &["audit"],
        &["admin", "token"],
    ] {
        trial.refused(act, "tenants.db");
        assert!(!file.exists(), "{act:?}");
    }
    let made = trial.administer(&["tenant", "create", "radio"]);
    let said = String::from_utf8_lossy(&made.stderr).into_owned();
    assert!(
        made.status.success() && said.contains("a new database"),
        "{said}"
    );
    let again = trial.administer(&["tenant", "create", "other"]);
    assert!(!String::from_utf8_lossy(&again.stderr).contains("a new database"));
    let away = Trial {
        folder: trial.folder.clone(),
        url: "postgres://banglaser:hidden@127.0.0.1:1/customers".to_owned(),
    };
    let said = away.refused(&["tenant", "list"], "127.0.0.1:1");
    assert!(
        said.contains("tenants.database_url") && !said.contains("hidden"),
        "{said}"
    );
}

#[test]
fn a_tenants_dead_address_keeps_no_other_waiting() {
    let trial = Trial::new("dead");
    let (address, arrived) = operator(&[200]);
    // Whoever connects there gets no answer.
    let dead = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let dead_address = dead.local_addr().expect("an address");
    let mut keys = Vec::new();
    for (tenant, address) in [("dead", dead_address), ("alive", address)] {
        let url = format!("http://{address}/alerts");
        trial.told(&["tenant", "create", tenant]);
        let mut prefer = vec!["tenant", "prefer", tenant, "--webhook-url", &url];
        prefer.extend(["--alert", "sad >= high for 1 s"]);
        trial.told(&prefer);
        keys.push(trial.told(&["key", "create", tenant]));
    }
    let server = trial.server("outbox");
    let clip = fs::read("tests/pinned/clips/sad.flac").expect("in the repository");
    let request = upload("/api/v1/recognitions", &clip);
    for _ in 0..3 {
        let said = server.exchange(&with_key(&request, &keys[0]));
        assert!(said.starts_with("HTTP/1.1 200"), "{said}");
    }
    let (_waits, _) = dead.accept().expect("one is on its way");
    server.exchange(&with_key(&request, &keys[1]));
    // An attempt that nobody answers takes 15 s.
    let soon = Duration::from_secs(10);
    arrived.recv_timeout(soon).expect("a message");
}

#[test]
fn a_tenant_is_told_of_its_own_rules_signed_with_its_own_secret() {
    let trial = Trial::new("told");
    let (address, arrived) = operator(&[200]);
    let url = format!("http://{address}/alerts");
    trial.told(&["tenant", "create", "radio"]);
    let mut prefer = vec!["tenant", "prefer", "radio", "--webhook-url", &url];
    prefer.extend(["--alert", "sad >= high for 1 s"]);
    let secret = trial.told(&prefer);
    let key = trial.told(&["key", "create", "radio"]);
    let server = trial.server("outbox");
    let clip = fs::read("tests/pinned/clips/sad.flac").expect("in the repository");
    let request = with_key(&upload("/api/v1/recognitions", &clip), &key);
    let said = server.exchange(&request);
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
    let message = arrived
        .recv_timeout(crate::server::PATIENCE)
        .expect("a message");
    let verified = standardwebhooks::Webhook::new(secret.trim()).expect("a secret");
    verified
        .verify(&message.body, &message.headers)
        .expect("signed by it");
}
