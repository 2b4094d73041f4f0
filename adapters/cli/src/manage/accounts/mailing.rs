//! Mails with a code that an operator asks for. Where they lead is said; the code itself is never printed.

use accountable::{
    Delivery, DeliveryOptions, MailOptions,
    domain::{LinkUrl, Locale, ReturnUrl, Span},
};
use clap::Args;
use serde_json::json;

use crate::manage::{
    CommonArgs,
    failure::{ManageError, value_of},
    open::{Opened, open, open_mailing},
    output::Output,
    reading,
};

/// To whom a code is mailed, where it leads, and how long its delivery is waited for.
#[derive(Debug, Args)]
pub(in crate::manage) struct MailArgs {
    /// The account: its address, or its id in any of its forms.
    #[arg(value_name = "ACCOUNT")]
    account: String,
    /// The page that the code leads to, one of those that the settings allow. [default: the settings' own]
    #[arg(long, value_name = "URL")]
    page: Option<String>,
    /// Where the page sends its reader at the end, as the settings allow. [default: nowhere]
    #[arg(long, value_name = "URL")]
    return_url: Option<String>,
    /// The language of the mail where the account has none of its own, such as de-CH.
    #[arg(long, value_name = "TAG")]
    locale: Option<String>,
    /// How long to wait for the mail server's answer. With 0 s the mail is left to the courier of the process that serves, and
    /// no mailer is made here.
    #[arg(long, value_name = "TIME", default_value = "5 s")]
    wait: String,
    /// Mails although the throttle says that it is too soon. The journal says so.
    #[arg(long)]
    despite_throttle: bool,
}

impl MailArgs {
    fn options(&self) -> Result<DeliveryOptions, ManageError> {
        let mut mail = MailOptions::default();
        let (page, url, locale) = (self.page.as_deref(), self.return_url.as_deref(), self.locale.as_deref());
        mail.page = page.map(|page| value_of("--page", LinkUrl::parse(page))).transpose()?;
        mail.return_url = url.map(|url| value_of("--return-url", ReturnUrl::parse(url))).transpose()?;
        mail.locale = locale.map(|tag| value_of("--locale", Locale::parse(tag))).transpose()?;
        let wait = value_of("--wait", Span::parse(&self.wait))?;
        let options = DeliveryOptions::default().with_mail(mail).with_wait(wait);
        Ok(if self.despite_throttle { options.bypassing_the_throttle() } else { options })
    }
}

/// Which mail with a code is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Asked {
    PasswordSet,
    EmailProof,
}

pub(super) async fn request(
    asked: Asked,
    args: MailArgs,
    common: &CommonArgs,
    output: &mut Output,
) -> Result<(), ManageError> {
    let options = args.options()?;
    let Opened { admin, .. } = opened(&options, common).await?;
    let id = reading::account(&admin, &args.account).await?;
    let delivery = match asked {
        Asked::PasswordSet => admin.request_password_set(id, options).await?,
        Asked::EmailProof => admin.request_email_proof(id, options).await?,
    };
    told(output, &id.to_string(), delivery)
}

/// Opens the accounts: with a mailer where the mail is handed over here.
async fn opened(options: &DeliveryOptions, common: &CommonArgs) -> Result<Opened, ManageError> {
    if options.wait == Span::ZERO { open(common).await } else { open_mailing(common).await }
}

fn told(output: &mut Output, account: &str, delivery: Delivery) -> Result<(), ManageError> {
    let (name, cause, sentence) = match delivery {
        Delivery::Delivered => ("delivered", None, "A mail server took the mail.".to_owned()),
        Delivery::Queued => (
            "queued",
            None,
            "The mail is in the outbox; the courier of the process that serves tries it.".to_owned(),
        ),
        Delivery::Undeliverable(cause) => {
            let cause = cause.as_str();
            let sentence =
                format!("The mail server refused it for good ({cause}): the address gets no more mail.");
            ("undeliverable", Some(cause), sentence)
        }
    };
    Ok(output.done(&json!({ "account": account, "delivery": name, "cause": cause }), &sentence)?)
}
