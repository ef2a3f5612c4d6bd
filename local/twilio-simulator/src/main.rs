//! The Twilio simulator as a program of its own.

use std::io::Write as _;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use serde_json::json;
use shared::clock::SystemClock;
use shared::ids::RandomIds;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tracing_subscriber::filter::LevelFilter;
use twilio_simulator::{Pace, PhoneCondition, PhoneInput, Twilio, TwilioError, TwilioOptions};
use url::Url;

/// Simulates Twilio on this machine: Messages API, Event Streams, signed webhooks and phones
#[derive(Debug, Parser)]
#[command(name = "twilio-simulator", disable_version_flag = true)]
struct CommandLine {
    /// Port of the phones API; by default a free one
    #[arg(long, default_value_t = 0)]
    phones_port: u16,
    /// Base URL of your application; inbound messages are posted to /twilio/messages below it
    #[arg(long, value_name = "URL", default_value = "http://localhost:3000")]
    public_url: Url,
    /// Account SID
    #[arg(long, value_name = "SID", default_value = "AC00000000000000000000000000000000")]
    account_sid: String,
    /// Auth token: the password of the API and the key of the webhook signatures
    #[arg(long, value_name = "TOKEN", default_value = "5ca1ab1e0ddba115ca1ab1e0ddba1100")]
    auth_token: String,
    /// A sender of the account, such as +18555080989 or whatsapp:+18555080990; may be repeated
    #[arg(
        long = "sender",
        value_name = "ADDRESS",
        default_values = ["+18555080989", "whatsapp:+18555080990"]
    )]
    senders: Vec<String>,
    /// Messaging Service of the SMS and RCS senders
    #[arg(long, value_name = "SID", default_value = "MG00000000000000000000000000000001")]
    messaging_service_sid: String,
    /// Folder to keep state in; by default state is kept in memory only
    #[arg(long, value_name = "FOLDER")]
    state: Option<PathBuf>,
    /// Deliver without delay, add an unreachable phone, and receive an image and a WhatsApp message
    #[arg(long)]
    sample_data: bool,
    /// Print one line of JSON, and stop when standard input ends
    #[arg(long)]
    json: bool,
}

/// Error of starting the program.
#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error(transparent)]
    Simulator(#[from] TwilioError),
    #[error("cannot listen on port {port}; choose another port with --phones-port")]
    Port {
        port: u16,
        #[source]
        source: std::io::Error,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_max_level(LevelFilter::WARN).init();
    match run(&CommandLine::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print_line(&format!("The simulator failed to start: {error}."));
            ExitCode::FAILURE
        }
    }
}

async fn run(command_line: &CommandLine) -> Result<(), StartError> {
    let twilio = Twilio::start(TwilioOptions {
        folder: command_line.state.clone(),
        account_sid: command_line.account_sid.clone(),
        auth_token: command_line.auth_token.clone(),
        senders: command_line.senders.clone(),
        service: Some(command_line.messaging_service_sid.clone()),
        public_url: command_line.public_url.clone(),
        clock: Arc::new(SystemClock),
        ids: Arc::new(RandomIds),
    })
    .await?;
    if command_line.sample_data {
        add_sample_data(&twilio, &command_line.senders)?;
    }
    let port = command_line.phones_port;
    let port_error = |source| StartError::Port { port, source };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(port_error)?;
    let phones_url = format!("http://{}/phones/api", listener.local_addr().map_err(port_error)?);
    let router = axum::Router::new().nest_service("/phones/api", twilio.phones());
    let phones = tokio::spawn(async move { axum::serve(listener, router).await });
    if command_line.json {
        print_json(command_line, &twilio.url(), &phones_url);
        // A broken standard input ends the program, too.
        drop(tokio::io::stdin().read_to_end(&mut Vec::new()).await);
    } else {
        print_startup_info(command_line, &twilio.url(), &phones_url);
        drop(tokio::signal::ctrl_c().await);
    }
    phones.abort();
    twilio.stop().await;
    Ok(())
}

/// Adds an unreachable phone and an inbound message to the first number and WhatsApp sender.
fn add_sample_data(twilio: &Twilio, senders: &[String]) -> Result<(), TwilioError> {
    twilio.script().set_pace(Pace::instant());
    twilio.set_condition("+12065550199", PhoneCondition::Unreachable)?;
    if let Some(number) = senders.iter().find(|sender| !sender.contains(':')) {
        let picture = twilio.store_media("image/png", Some("cat.png"), b"picture")?;
        let (from, to) = ("+12065550188".to_owned(), number.clone());
        let media = vec![picture];
        twilio.send_from_phone(PhoneInput { from, to, media, ..PhoneInput::default() })?;
    }
    if let Some(whatsapp) = senders.iter().find(|sender| sender.starts_with("whatsapp:")) {
        twilio.type_text("whatsapp:+12065550188", whatsapp, "Hello")?;
    }
    Ok(())
}

/// Prints the addresses and credentials as one line of JSON.
fn print_json(command_line: &CommandLine, url: &str, phones_url: &str) {
    let first = |is_number: bool| {
        command_line.senders.iter().find(|sender| sender.contains(':') != is_number)
    };
    let line = json!({
        "url": url,
        "phones_url": phones_url,
        "account_sid": command_line.account_sid,
        "auth_token": command_line.auth_token,
        "number": first(true),
        "whatsapp": first(false),
        "service": command_line.messaging_service_sid,
    });
    print_line(&line.to_string());
}

fn print_startup_info(command_line: &CommandLine, url: &str, phones_url: &str) {
    let CommandLine { account_sid, auth_token, senders, public_url, .. } = command_line;
    let webhook_url = format!("{}/twilio/messages", public_url.as_str().trim_end_matches('/'));
    let state = command_line.state.as_ref();
    let state = state
        .map_or("in memory, discarded on exit".to_owned(), |folder| folder.display().to_string());
    print_line(&format!(
        "
The Twilio simulator is running at {url}

  Messages API        {url}/api/2010-04-01/Accounts/{account_sid}/Messages.json
  Event Streams API   {url}/events/v1/Sinks, {url}/events/v1/Subscriptions
  Phones API          {phones_url}
  Account SID         {account_sid}
  Auth token          {auth_token}
  Senders             {senders}
  Messaging Service   {service}
  Inbound webhooks    {webhook_url}
  State               {state}

Press Ctrl-C to stop.",
        senders = senders.join(", "),
        service = command_line.messaging_service_sid,
    ));
}

/// Prints one line on standard output.
fn print_line(text: &str) {
    // A closed terminal is no reason to stop.
    drop(writeln!(std::io::stdout(), "{text}"));
}
