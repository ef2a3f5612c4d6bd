//! The program with `--lan`, on a network that is made for the test: a laptop and a phone, each in a network namespace
//! of its own with a cable between them, and no way to any other machine.
//!
//! Where this system makes no namespaces (not Linux, or not allowed), the test says so and checks nothing.

use std::path::Path;
use std::process::{Output, Stdio};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use super::program::{binary, folder};
use super::stage::ANNA;
use crate::desk::{OURS, in_time, until};

const LAPTOP: &str = "http://10.77.0.1:3000";

/// The laptop of the test: first says the process that holds the phone's network, then becomes the program.
const NETWORK: &str = r"
set -e
unshare --net sh -c 'echo phone $$; exec tail --pid=$0 --follow /dev/null >/dev/null' $$ &
ip link set lo up
ip link add name lan type veth peer name wifi
ip addr add 10.77.0.1/24 dev lan
ip link set lan up
ip route add default via 10.77.0.2
read _ || true
exec $0 --lan --memory
";

const PHONE: &str = "ip link set lo up && ip addr add 10.77.0.2/24 dev wifi && ip link set wifi up";

/// The laptop with its program, and the phone.
struct Network {
    child: Child,
    said: Lines<BufReader<ChildStdout>>,
    phone: String,
}

/// `unshare` as whoever runs the tests.
fn apart() -> Command {
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--net"]);
    command
}

impl Network {
    /// Starts the program in `folder`.
    async fn of(folder: &Path) -> Self {
        let mut command = apart();
        command.current_dir(folder).args(["sh", "-c", NETWORK]).arg(binary().await);
        command.env_remove("PORT").kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        let phone = in_time("the phone's network", said.next_line()).await.unwrap().unwrap();
        let phone = phone.strip_prefix("phone ").unwrap().to_owned();
        let laptop = child.id().unwrap().to_string();
        let cable = ["ip", "link", "set", "wifi", "netns", &phone];
        until("the cable to be made", || async {
            inside(&laptop, &cable).await.status.success().then_some(())
        })
        .await;
        assert!(inside(&phone, &["sh", "-c", PHONE]).await.status.success());
        drop(child.stdin.take());
        Self { child, said, phone }
    }

    /// The part of the first line that begins with `start`.
    async fn says(&mut self, start: &str) -> String {
        in_time("the program to say it", async {
            loop {
                let line = self.said.next_line().await.unwrap().expect("it did not start");
                if let Some(at) = line.find(start) {
                    return line[at..].trim().to_owned();
                }
            }
        })
        .await
    }

    /// What the phone's browser gets: the status, and the body behind it.
    async fn phone(&self, flags: &[&str], path: &str) -> (u16, String) {
        let url =
            if path.starts_with("http") { path.to_owned() } else { format!("{LAPTOP}{path}") };
        let quiet = [
            "curl",
            "--silent",
            "--show-error",
            "--max-time",
            "10",
            "--write-out",
            "\n%{http_code}",
        ];
        let output = inside(&self.phone, &[&quiet, flags, &[&url]].concat()).await;
        let told = String::from_utf8(output.stdout).unwrap();
        let (body, status) = told.rsplit_once('\n').unwrap();
        (status.parse().unwrap(), body.to_owned())
    }

    /// A JSON request of the phone's browser, with its cookies.
    async fn asks(&self, flags: &[&str], path: &str, body: &Value) -> (u16, Value) {
        let (body, origin) = (body.to_string(), format!("origin: {LAPTOP}"));
        let json =
            ["--header", "content-type: application/json", "--header", &origin, "--data", &body];
        let (status, body) = self.phone(&[flags, &json].concat(), path).await;
        (status, serde_json::from_str(&body).unwrap_or(Value::Null))
    }
}

/// Runs it in the network of that process.
async fn inside(process: &str, command: &[&str]) -> Output {
    let mut enter = Command::new("nsenter");
    enter.args(["--target", process, "--user", "--net", "--preserve-credentials"]).args(command);
    in_time("a command on the test's network", enter.output()).await.unwrap()
}

/// Whether a network can be made here.
async fn possible() -> bool {
    let mut tried = apart();
    tried.args([
        "sh",
        "-c",
        "ip link add name lan type veth peer name wifi && command -v curl && command -v nsenter",
    ]);
    tried.output().await.is_ok_and(|output| output.status.success())
}

#[tokio::test]
async fn a_real_phone_of_the_network_comes_in_by_its_link_and_writes_to_the_desk() {
    if !possible().await {
        eprintln!(
            "NOT CHECKED: --lan. No network can be made for the test here (unshare, ip, nsenter, curl)."
        );
        return;
    }
    let folder = folder();
    let own = "TWILIO_AUTH_TOKEN=0123456789abcdef0123456789abcdef\nAPP_PASSWORD=a-long-one-of-our-own\n\
               PARTYLINE_INSTALL_KEY=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n";
    std::fs::write(folder.path().join(".env"), own).unwrap();
    let mut network = Network::of(folder.path()).await;

    let jar = folder.path().join("cookies");
    let cookies = ["--cookie", jar.to_str().unwrap(), "--cookie-jar", jar.to_str().unwrap()];
    let desk = network.says("#sign-in=").await;
    let link = network.says(&format!("{LAPTOP}/phones/open/")).await;

    assert_eq!(network.phone(&[], "/").await.0, 200, "the desk opens on the phone");
    let (closed, why) = network.phone(&[], "/phones/api/phones").await;
    assert_eq!(closed, 403, "{why}");
    assert!(why.contains("by the link"), "{why}");
    assert_eq!(network.phone(&cookies, &link).await.0, 303);
    assert_eq!(network.phone(&[], &link).await.0, 403, "a link lets one phone in");
    assert_eq!(network.phone(&cookies, "/phones/api/phones").await.0, 200);

    let bench = json!({ "number": ANNA });
    assert!(network.asks(&cookies, "/phones/api/phones", &bench).await.0 < 300);
    let text = json!({ "to": OURS, "body": "From the sofa" });
    let screen = format!("/phones/api/phones/{ANNA}/messages");
    assert!(network.asks(&cookies, &screen, &text).await.0 < 300);

    let token = json!({ "link": desk.strip_prefix("#sign-in=").unwrap() });
    let (status, session) = network.asks(&[], "/api/session", &token).await;
    assert_eq!(status, 200, "{session}");
    let bearer = format!("authorization: Bearer {}", session["access_token"].as_str().unwrap());
    let shown = until("the text to be on the desk", || async {
        let (_, list) = network.phone(&["--header", &bearer], "/api/conversations").await;
        let list: Value = serde_json::from_str(&list).unwrap();
        list["conversations"][0]["preview"]["body"].as_str().map(str::to_owned)
    })
    .await;
    assert_eq!(shown, "From the sofa");
    network.child.kill().await.unwrap();
}
