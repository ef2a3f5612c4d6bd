//! The Twilio simulator alone, for tests from outside the process: prints one line of JSON when it listens, ends with
//! its standard input.

use std::io::Write;
use std::sync::Arc;

use local::twilio::{Pace, PhoneCondition, PhoneInput, Twilio, TwilioOptions};
use shared::clock::SystemClock;
use tokio::io::AsyncReadExt;

const ACCOUNT_SID: &str = "AC00000000000000000000000000000000";
const AUTH_TOKEN: &str = "5ca1ab1e0ddba115ca1ab1e0ddba1100";
const NUMBER: &str = "+18555080989";
const WHATSAPP: &str = "whatsapp:+18555080990";
const SERVICE: &str = "MG00000000000000000000000000000001";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let twilio = Twilio::start(TwilioOptions {
        folder: None,
        account_sid: ACCOUNT_SID.to_owned(),
        auth_token: AUTH_TOKEN.to_owned(),
        senders: vec![NUMBER.to_owned(), WHATSAPP.to_owned()],
        service: Some(SERVICE.to_owned()),
        public_url: "http://127.0.0.1:9".parse()?,
        clock: Arc::new(SystemClock),
    })
    .await?;
    twilio.script().set_pace(Pace::instant());
    twilio.set_condition("+12065550199", PhoneCondition::Unreachable)?;

    // A picture from a customer, whose file the libraries list, fetch and delete.
    let picture = twilio.store_media("image/png", Some("cat.png"), b"picture")?;
    let (from, to) = ("+12065550188".to_owned(), NUMBER.to_owned());
    let input = PhoneInput { from, to, media: vec![picture], ..PhoneInput::default() };
    twilio.send_from_phone(input)?;

    // Who has written on WhatsApp may be answered there.
    let (from, to) = ("whatsapp:+12065550188".to_owned(), WHATSAPP.to_owned());
    twilio.send_from_phone(PhoneInput {
        from,
        to,
        body: "Hello".to_owned(),
        ..PhoneInput::default()
    })?;

    let mut out = std::io::stdout();
    let url = twilio.url();
    writeln!(
        out,
        r#"{{"url":"{url}","account_sid":"{ACCOUNT_SID}","auth_token":"{AUTH_TOKEN}","number":"{NUMBER}","whatsapp":"{WHATSAPP}","service":"{SERVICE}"}}"#
    )?;
    out.flush()?;
    tokio::io::stdin().read_to_end(&mut Vec::new()).await?;
    twilio.stop().await;
    Ok(())
}
