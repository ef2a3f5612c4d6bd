//! The program with `--lan`, on a separate network: a laptop and a phone in two connected network namespaces.
//!
//! If namespaces are not available (not Linux, or not permitted), the test is reported as skipped.

use std::path::Path;
use std::process::{Output, Stdio};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use super::fixture::ANNA;
use super::program::{build_binary, new_work_folder};
use crate::support::skipped::report_skipped;
use crate::support::{BUSINESS_NUMBER, wait_for, with_timeout};

const SERVER_URL: &str = "http://10.77.0.1:3000";

/// The script of the laptop. It prints the ID of the process in the phone's namespace, then runs the program.
const NETWORK_SCRIPT: &str = r"
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

const PHONE_SCRIPT: &str =
    "ip link set lo up && ip addr add 10.77.0.2/24 dev wifi && ip link set wifi up";

/// The laptop with the program, and the phone.
struct LanFixture {
    child: Child,
    output_lines: Lines<BufReader<ChildStdout>>,
    phone_pid: String,
}

/// Returns `unshare` for the user that runs the tests.
fn unshare_command() -> Command {
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--net"]);
    command
}

impl LanFixture {
    /// Starts the program in `folder`.
    async fn start(folder: &Path) -> Self {
        let mut command = unshare_command();
        command.current_dir(folder).args(["sh", "-c", NETWORK_SCRIPT]).arg(build_binary().await);
        command.env_remove("PORT").kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn().unwrap();
        let mut output_lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let phone_pid =
            with_timeout("the phone's network", output_lines.next_line()).await.unwrap().unwrap();
        let phone_pid = phone_pid.strip_prefix("phone ").unwrap().to_owned();
        let server_pid = child.id().unwrap().to_string();
        let move_wifi = ["ip", "link", "set", "wifi", "netns", &phone_pid];
        wait_for("the cable to be made", || async {
            run_in_namespace(&server_pid, &move_wifi).await.status.success().then_some(())
        })
        .await;
        assert!(run_in_namespace(&phone_pid, &["sh", "-c", PHONE_SCRIPT]).await.status.success());
        drop(child.stdin.take());
        Self { child, output_lines, phone_pid }
    }

    /// Waits for the first line that starts with `start`, and returns the rest of it.
    async fn wait_for_output(&mut self, start: &str) -> String {
        with_timeout("the program to say it", async {
            loop {
                let line = self.output_lines.next_line().await.unwrap().expect("it did not start");
                if let Some(index) = line.find(start) {
                    return line[index..].trim().to_owned();
                }
            }
        })
        .await
    }

    /// Sends a GET request from the phone. Returns the status and the body.
    async fn get_as_phone(&self, flags: &[&str], path: &str) -> (u16, String) {
        let url =
            if path.starts_with("http") { path.to_owned() } else { format!("{SERVER_URL}{path}") };
        let curl = [
            "curl",
            "--silent",
            "--show-error",
            "--max-time",
            "10",
            "--write-out",
            "\n%{http_code}",
        ];
        let output = run_in_namespace(&self.phone_pid, &[&curl, flags, &[&url]].concat()).await;
        let output_text = String::from_utf8(output.stdout).unwrap();
        let (body, status) = output_text.rsplit_once('\n').unwrap();
        (status.parse().unwrap(), body.to_owned())
    }

    /// Posts JSON from the phone with its cookies.
    async fn post_as_phone(&self, flags: &[&str], path: &str, body: &Value) -> (u16, Value) {
        let (body, origin) = (body.to_string(), format!("origin: {SERVER_URL}"));
        let json =
            ["--header", "content-type: application/json", "--header", &origin, "--data", &body];
        let (status, body) = self.get_as_phone(&[flags, &json].concat(), path).await;
        (status, serde_json::from_str(&body).unwrap_or(Value::Null))
    }
}

/// Runs a command in the network namespace of a process.
async fn run_in_namespace(pid: &str, command: &[&str]) -> Output {
    let mut nsenter = Command::new("nsenter");
    nsenter.args(["--target", pid, "--user", "--net", "--preserve-credentials"]).args(command);
    with_timeout("a command on the test's network", nsenter.output()).await.unwrap()
}

/// Returns what this machine lacks for network namespaces.
async fn missing_capability() -> Option<String> {
    for tool in ["unshare", "nsenter", "ip", "curl"] {
        let mut probe = Command::new("sh");
        probe.args(["-c", &format!("command -v {tool}")]).stdout(Stdio::null());
        if !probe.status().await.is_ok_and(|status| status.success()) {
            return Some(format!("{tool} is not installed"));
        }
    }
    let namespace = unshare_command().arg("true").output().await.unwrap();
    let pair = ["ip", "link", "add", "name", "lan", "type", "veth", "peer", "name", "wifi"];
    let pair = unshare_command().args(pair).output().await.unwrap();
    let first_failed = [("namespaces", namespace), ("veth pairs", pair)]
        .into_iter()
        .find(|(_, output)| !output.status.success());
    first_failed.map(|(what, output)| {
        let message = String::from_utf8_lossy(&output.stderr);
        format!("no network {what} here: {}", message.lines().next().unwrap_or_default())
    })
}

#[tokio::test]
async fn a_phone_on_the_local_network_gets_access_by_link_and_sends_a_text() {
    if let Some(reason) = missing_capability().await {
        report_skipped("--lan", &reason);
        return;
    }
    let folder = new_work_folder();
    let own_secrets = "TWILIO_AUTH_TOKEN=0123456789abcdef0123456789abcdef\nAPP_PASSWORD=a-long-one-of-our-own\n\
               PARTYLINE_INSTALL_KEY=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n";
    std::fs::write(folder.path().join(".env"), own_secrets).unwrap();
    let mut lan = LanFixture::start(folder.path()).await;

    let cookie_jar = folder.path().join("cookies");
    let cookies =
        ["--cookie", cookie_jar.to_str().unwrap(), "--cookie-jar", cookie_jar.to_str().unwrap()];
    let sign_in_fragment = lan.wait_for_output("#sign-in=").await;
    let phone_link = lan.wait_for_output(&format!("{SERVER_URL}/phones/open/")).await;

    assert_eq!(lan.get_as_phone(&[], "/").await.0, 200, "the desk opens on the phone");
    let (closed_status, body) = lan.get_as_phone(&[], "/phones/api/phones").await;
    assert_eq!(closed_status, 403, "{body}");
    assert!(body.contains("with the link"), "{body}");
    assert_eq!(lan.get_as_phone(&cookies, &phone_link).await.0, 303);
    assert_eq!(lan.get_as_phone(&[], &phone_link).await.0, 403, "the link works once");
    assert_eq!(lan.get_as_phone(&cookies, "/phones/api/phones").await.0, 200);

    let phone_body = json!({ "number": ANNA });
    assert!(lan.post_as_phone(&cookies, "/phones/api/phones", &phone_body).await.0 < 300);
    let text = json!({ "to": BUSINESS_NUMBER, "body": "From the sofa" });
    let messages_path = format!("/phones/api/phones/{ANNA}/messages");
    assert!(lan.post_as_phone(&cookies, &messages_path, &text).await.0 < 300);

    let credentials = json!({ "link_token": sign_in_fragment.strip_prefix("#sign-in=").unwrap() });
    let (status, session) = lan.post_as_phone(&[], "/api/session", &credentials).await;
    assert_eq!(status, 200, "{session}");
    let bearer = format!("authorization: Bearer {}", session["access_token"].as_str().unwrap());
    let preview = wait_for("the text to be on the desk", || async {
        let (_, list) = lan.get_as_phone(&["--header", &bearer], "/api/conversations").await;
        let list: Value = serde_json::from_str(&list).unwrap();
        list["conversations"][0]["preview"]["body"].as_str().map(str::to_owned)
    })
    .await;
    assert_eq!(preview, "From the sofa");
    lan.child.kill().await.unwrap();
}
