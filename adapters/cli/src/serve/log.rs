//! The log: lines on the standard error, for people or for machines. What the accounts tell holds no secret and nobody's address.

use std::io;

use accountable::settings::{LogFormat, LogLevel, LogSettings};
use tracing_subscriber::{
    Layer as _,
    filter::{LevelFilter, Targets},
    layer::SubscriberExt as _,
    registry,
    util::SubscriberInitExt as _,
};

/// Writes the log from now on. Where the process has one already, it stays.
pub(super) fn begin(settings: &LogSettings) {
    let level = match settings.level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
        _ => LevelFilter::INFO,
    };
    // What libraries say below a warning is of use to their authors.
    let targets = Targets::new().with_default(level.min(LevelFilter::WARN)).with_target("accountable", level);
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_target(false);
    let lines = match settings.format {
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).boxed(),
        _ => lines.with_ansi(io::IsTerminal::is_terminal(&io::stderr())).boxed(),
    };
    let _ = registry().with(lines.with_filter(targets)).try_init();
}
