//! Points in time, in each language and in any zone.

use accountable_core::domain::Timestamp;
use accountable_words::{Words, Zone};

use crate::locale;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn in_words(tag: &str, at: Timestamp, zone: &str) -> String {
    let words = Words::builtin().in_zone(Zone::named(zone).unwrap());
    words.moment(words.negotiate(&[locale(tag)]), at)
}

#[test]
fn each_language_writes_a_date_in_its_own_way() {
    for (tag, written) in [
        ("en", "4 March 2026, 08:05 UTC"),
        ("ja", "2026年3月4日 08:05（UTC）"),
        ("ko", "2026년 3월 4일 08:05(UTC)"),
        ("de", "4. März 2026, 08:05 Uhr (UTC)"),
        ("sv", "4 mars 2026 kl. 08:05 (UTC)"),
    ] {
        assert_eq!(in_words(tag, at("2026-03-04T08:05:59.999999Z"), "UTC"), written);
    }
}

#[test]
fn no_month_has_anothers_name() {
    let names = |tag| {
        (1..=12)
            .map(|month| in_words(tag, at(&format!("2026-{month:02}-01T00:00:00Z")), "UTC"))
            .collect::<Vec<_>>()
    };
    for (tag, months) in [
        ("en", "January February March April May June July August September October November December"),
        ("de", "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
        ("sv", "januari februari mars april maj juni juli augusti september oktober november december"),
    ] {
        for (written, month) in names(tag).iter().zip(months.split(' ')) {
            assert!(written.contains(&format!(" {month} 2026")), "{written}: {month}");
        }
    }
    for (tag, sign) in [("ja", '月'), ("ko", '월')] {
        for (written, month) in names(tag).iter().zip(1..) {
            assert!(written.contains(&format!("{month}{sign}")), "{written}: {month}");
        }
    }
}

#[test]
fn the_zone_of_a_clock_is_named_as_it_is_on_that_day() {
    for (zone, at_noon, written) in [
        ("Europe/Stockholm", "2026-01-31T12:00:00Z", "31 January 2026, 13:00 UTC+1"),
        ("Europe/Stockholm", "2026-07-31T12:00:00Z", "31 July 2026, 14:00 UTC+2"),
        ("Europe/London", "2026-01-31T12:00:00Z", "31 January 2026, 12:00 UTC"),
        ("Asia/Tokyo", "2026-12-31T16:30:00Z", "1 January 2027, 01:30 UTC+9"),
        ("Asia/Kolkata", "2026-01-31T12:00:00Z", "31 January 2026, 17:30 UTC+5:30"),
        ("America/St_Johns", "2026-01-31T12:00:00Z", "31 January 2026, 08:30 UTC-3:30"),
        ("America/Los_Angeles", "2026-01-01T07:59:59Z", "31 December 2025, 23:59 UTC-8"),
    ] {
        assert_eq!(in_words("en", at(at_noon), zone), written);
    }
}

#[test]
fn every_point_in_time_can_be_written() {
    for zone in ["UTC", "Pacific/Kiritimati", "Etc/GMT+12"] {
        for (end, year) in [(Timestamp::MIN, "1"), (Timestamp::MAX, "9999"), (Timestamp::EPOCH, "19")] {
            assert!(in_words("en", end, zone).contains(year), "{zone}");
        }
    }
}
