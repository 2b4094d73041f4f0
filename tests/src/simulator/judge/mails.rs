//! Mails: none is lost, none goes where mail is held back, none carries a code that was dead when it was taken up, and none is
//! handed over again whose outcome was known.

use std::collections::BTreeMap;

use accountable_core::{
    domain::{
        Event, EventKind, Facts, Initiator, Letter, Mail, MailId, MailState, Retries, Span, Suppression,
        Timestamp,
    },
    port::{Claim, Claimed, Commit, Swap},
};

use super::{
    Breach, Evidence,
    mail_events::{given_up, gone, is_told_by_lock, queued},
    shadow::{Judge, Moment, Shadow, mails_of},
    whiles::Whiles,
};
use crate::simulator::{
    clock::{reading, time_of_day},
    executor::{Elapsed, TaskId},
    history::{Entry, Fact},
    simulation::{Simulation, realm_of},
    trouble::{HandedOver, StoreTrouble},
};

pub(super) struct Mails<'a> {
    said: Vec<Breach>,
    simulation: &'a Simulation,
    /// What is known of each mail that ever was.
    known: BTreeMap<MailId, Known<'a>>,
    /// While the store did what it was asked.
    store_sound: Whiles,
    /// While it did, or said at once that it can't, one time in three at most.
    store_mostly_sound: Whiles,
    /// When each process died last.
    died: BTreeMap<usize, Elapsed>,
    /// How many microseconds each process' clock is ahead.
    ahead: BTreeMap<usize, i64>,
}

/// A mail's life.
#[derive(Default)]
struct Known<'a> {
    /// Who took it up, the first first.
    taken_up: Vec<TakenUp<'a>>,
    /// The last time that a server is known to have settled its fate, as a process heard it.
    heard: Option<Heard>,
    /// It was taken, as a server said; not yet that this process heard it.
    taken: Vec<usize>,
}

/// A claim of a mail, or its birth in the hands of its caller.
struct TakenUp<'a> {
    at: Elapsed,
    process: usize,
    /// The present, as the claim names it.
    now: Timestamp,
    /// What the clock of whoever did read since: as the store gave it to them, just before and after their clock was set, and
    /// as they handed it over. The letter was made at one of these times or between them, and by no other clock; the time
    /// that the claim names was read before it set out, and the clock may have jumped while it was on its way.
    readings: Vec<Timestamp>,
    /// The mail as it was then.
    mail: &'a Mail,
    /// The facts of its account then; none if it had none.
    facts: Option<&'a Facts>,
    /// What held mail to its recipient back then.
    held_back: Option<&'a Suppression>,
    handed_over: bool,
}

impl TakenUp<'_> {
    /// What time it was, and what the clock said.
    fn clock(&self) -> (Elapsed, Timestamp) {
        (self.at, self.now)
    }
}

/// A server's last word on a mail, heard by whoever handed it over.
struct Heard {
    at: Elapsed,
    process: usize,
    task: Option<TaskId>,
}

/// For so long a store is asked each second at least before it counts as away: one that refuses one question in three then
/// refuses all of them once in hundreds of millions of times.
const TRIES: Span = Span::seconds(18);

impl<'a> Mails<'a> {
    pub(super) fn new(evidence: &Evidence<'a>) -> Self {
        Self {
            said: Vec::new(),
            simulation: evidence.simulation,
            known: BTreeMap::new(),
            store_sound: Whiles::default(),
            store_mostly_sound: Whiles::default(),
            died: BTreeMap::new(),
            ahead: BTreeMap::new(),
        }
    }
}

impl<'a> Judge<'a> for Mails<'a> {
    fn sees(&mut self, moment: Moment<'_, 'a>) {
        let entry = moment.entry;
        match &entry.fact {
            Fact::Applied { commit, process, .. } => {
                for swap in mails_of(commit) {
                    self.written(&moment, commit, swap, *process);
                }
            }
            Fact::Claimed { claim, mails, process } => {
                for claimed in mails {
                    self.claimed(&moment, claim, claimed, *process);
                }
            }
            Fact::HandedOver { letter, outcome, process } => {
                self.handed_over(entry, letter, *outcome, *process);
            }
            Fact::Receipt { mail, process } => self.hears(entry, *mail, *process),
            Fact::ClockSet { process, ahead } => {
                self.reads(*process, entry.at);
                self.ahead.insert(*process, *ahead);
                self.reads(*process, entry.at);
            }
            Fact::Crashed { process } => {
                self.died.insert(*process, entry.at);
            }
            Fact::Trouble(trouble) => {
                let refused = trouble.store.refused;
                let else_sound = trouble.store == StoreTrouble { refused, ..StoreTrouble::default() };
                self.store_sound.turns(entry.at, else_sound && refused == 0);
                self.store_mostly_sound.turns(entry.at, else_sound && refused <= 333);
            }
            _ => {}
        }
    }

    fn says(&mut self, _: &Shadow<'a>) -> Vec<Breach> {
        std::mem::take(&mut self.said)
    }
}

impl<'a> Mails<'a> {
    fn breach(&mut self, invariant: u8, at: Elapsed, what: impl Into<String>) {
        self.said.push(Breach::new(invariant, at, what));
    }

    /// No mail comes or goes, or is given up, without an event that says so.
    fn written(&mut self, moment: &Moment<'_, 'a>, commit: &'a Commit, swap: &'a Swap<Mail>, process: usize) {
        let at = moment.entry.at;
        let before = swap.before.as_ref().map(|before| &before.value);
        let says = |what: fn(&EventKind) -> Option<MailId>, id| {
            commit.events().iter().any(|event| what(&event.what) == Some(id))
        };
        match (before, &swap.after) {
            (None, Some(mail)) => {
                if !says(queued, mail.id) && !is_told_by_lock(mail, commit) {
                    self.breach(9, at, format!("{:?} was queued, and no event says so", mail.id));
                }
                if let MailState::Claimed { .. } = mail.state {
                    self.taken_up(moment, mail, mail.queued_at, process);
                }
            }
            (Some(mail), None) => {
                if !says(gone, mail.id) {
                    self.breach(9, at, format!("{:?} was removed, and no event says why", mail.id));
                }
                self.removed(moment, commit, mail);
            }
            (Some(before), Some(after))
                if is_dead(after) && !is_dead(before) && !says(given_up, after.id) =>
            {
                self.breach(9, at, format!("{:?} was given up, and no event says so", after.id));
            }
            (Some(before), Some(after)) if is_dead(before) && !is_dead(after) => {
                // Staff wants it tried anew.
                self.known.entry(after.id).or_default().heard = None;
            }
            _ => {}
        }
    }

    fn removed(&mut self, moment: &Moment<'_, 'a>, commit: &Commit, mail: &Mail) {
        let at = moment.entry.at;
        let is_event = |what: EventKind| commit.events().iter().any(|event| event.what == what);
        // Staff may cancel what it likes.
        let by_itself = commit.events().iter().all(|event| event.by == Initiator::Courier);
        let known = self.known.entry(mail.id).or_default();
        if is_event(EventKind::MailDelivered { mail: mail.id }) && known.taken.is_empty() {
            self.breach(9, at, format!("{:?} counts as delivered, and no server took it", mail.id));
        } else if by_itself && is_event(EventKind::MailCancelled { mail: mail.id }) {
            let was_good = self.known.get(&mail.id).and_then(|known| known.taken_up.last());
            let was_good = was_good.is_some_and(|it| {
                it.readings.iter().all(|now| is_good(it.mail, it.facts, it.held_back, *now))
            });
            let (facts, held_back) = surroundings(moment.after, mail);
            let now = commit.events().first().map_or(mail.queued_at, |event| event.at);
            // Staff cancels what it likes, also what a courier has taken up by then.
            let by_staff = |event: &Event| matches!(event.by, Initiator::Administrator(_));
            if was_good && is_good(mail, facts, held_back, now) && !commit.events().iter().any(by_staff) {
                self.breach(9, at, format!("{:?} was cancelled, and nothing was against it", mail.id));
            }
        }
    }

    /// A claim takes what nobody holds.
    fn claimed(&mut self, moment: &Moment<'_, 'a>, claim: &Claim, claimed: &'a Claimed, process: usize) {
        let mail = &claimed.mail.value;
        let due = moment.before.mail(mail.id).and_then(Mail::due);
        let is_due = due.is_some_and(|due| due <= claim.now || claim.horizon < due);
        if !is_due && !moment.before.may_come_again(mail) {
            self.breach(9, moment.entry.at, format!("{:?} was taken up while another had it", mail.id));
        }
        let at = moment.entry.at;
        let before = moment.before.mail(mail.id).map(|mail| &mail.state);
        let taken_up = self.known.get(&mail.id).map_or(&[][..], |known| &known.taken_up);
        if let (Some(MailState::Claimed { .. }), Some(last)) = (before, taken_up.last())
            && claim.now < last.now + Retries::LONGEST_DELIVERY
            && clocks_agree(taken_up.iter().map(TakenUp::clock).chain([(at, claim.now)]))
        {
            self.breach(9, at, format!("{:?} was taken up while another may still hand it over", mail.id));
        }
        if claimed.dossier.account.as_ref().map(|it| it.stamp)
            != mail.account().and_then(|id| Some(moment.before.accounts.get(&id)?.stamp))
        {
            self.breach(9, moment.entry.at, "a claim brought facts that are not those of its time");
        }
        self.taken_up(moment, mail, claim.now, process);
    }

    fn taken_up(&mut self, moment: &Moment<'_, 'a>, mail: &'a Mail, now: Timestamp, process: usize) {
        let (facts, held_back) = surroundings(moment.after, mail);
        let at = moment.entry.at;
        let readings = vec![self.reading(process, at)];
        let taken_up = TakenUp { at, process, now, readings, mail, facts, held_back, handed_over: false };
        self.known.entry(mail.id).or_default().taken_up.push(taken_up);
    }

    fn reading(&self, process: usize, at: Elapsed) -> Timestamp {
        reading(at, self.ahead.get(&process).copied().unwrap_or(0))
    }

    /// Notes what the clock of a process reads, with all that it has in hand.
    fn reads(&mut self, process: usize, at: Elapsed) {
        let reading = self.reading(process, at);
        let in_hand = self.known.values_mut().flat_map(|known| &mut known.taken_up);
        in_hand
            .filter(|claim| claim.process == process && !claim.handed_over)
            .for_each(|claim| claim.readings.push(reading));
    }

    fn handed_over(&mut self, entry: &Entry, letter: &Letter, outcome: HandedOver, process: usize) {
        let at = entry.at;
        self.reads(process, at);
        let known = self.known.entry(letter.id).or_default();
        let mut said = Vec::new();
        let lease = lease(self.simulation, letter);
        let mine = known.taken_up.iter_mut().filter(|it| it.process == process && !it.handed_over);
        // With clocks that are far apart one process can have taken it up twice: by which of the claims it was handed over does
        // not show.
        let fits = |claim: &TakenUp<'_>| unfit(claim).is_none() && at.saturating_sub(claim.at) <= lease;
        let mut mine: Vec<_> = mine.collect();
        mine.sort_by_key(|claim| !fits(claim));
        match mine.into_iter().next() {
            None => said.push((9, "was handed over by whom it was not given to, or twice")),
            Some(claim) => {
                claim.handed_over = true;
                said.extend(unfit(claim));
                if lease < at.saturating_sub(claim.at) {
                    said.push((9, "was handed over after its claim had lapsed"));
                }
            }
        }
        // Whoever heard what became of it wrote that down, unless they died, or could not.
        if let Some(heard) = &known.heard {
            let died = self.died.get(&heard.process).is_some_and(|died| heard.at <= *died);
            // A store that is away for a moment is asked again each second, as long as patience lasts.
            let patience = self.simulation.settings[realm_of(heard.process)].patience;
            let until = at.min(heard.at + patience.as_micros());
            let store_was_sound = self.store_sound.all_of(heard.at, until)
                || TRIES <= patience && self.store_mostly_sound.all_of(heard.at, until);
            if !died
                && store_was_sound
                && is_whole(heard.task)
                && clocks_agree(known.taken_up.iter().map(TakenUp::clock))
            {
                said.push((9, "was handed over again, although it was known what had become of it"));
            }
        }
        match outcome {
            HandedOver::Taken | HandedOver::Unheard | HandedOver::Silent { taken: true } => {
                known.taken.push(process);
            }
            HandedOver::Refused => known.heard = Some(Heard { at, process, task: entry.task }),
            _ => {}
        }
        for (invariant, what) in said {
            self.breach(invariant, at, format!("{:?} {what}", letter.id));
        }
    }

    fn hears(&mut self, entry: &Entry, mail: MailId, process: usize) {
        let heard = Heard { at: entry.at, process, task: entry.task };
        self.known.entry(mail).or_default().heard = Some(heard);
    }
}

fn is_dead(mail: &Mail) -> bool {
    matches!(mail.state, MailState::Dead { .. })
}

/// The facts of the account that a mail goes to, and what holds its mail back.
fn surroundings<'a>(shadow: &Shadow<'a>, mail: &Mail) -> (Option<&'a Facts>, Option<&'a Suppression>) {
    let Some((_, dispatch)) = mail.dispatch() else { return (None, None) };
    let facts = shadow.facts(dispatch.account);
    let mailbox = facts.and_then(|facts| facts.mailbox(dispatch.recipient));
    let address = mailbox.and_then(|mailbox| shadow.address(mailbox.tag));
    let held = address.and_then(|address| {
        let mut held = address.suppressions.iter();
        held.find(|(scope, _)| scope.holds_back(dispatch.stranger_caused)).map(|(_, held)| held)
    });
    (facts, held.filter(|_| !dispatch.is_remedy()))
}

/// Why a letter must not leave that was taken up like this, at whatever time its code was looked at since.
fn unfit(claim: &TakenUp<'_>) -> Option<(u8, &'static str)> {
    let ever = |is_so: &dyn Fn(Timestamp) -> bool| claim.readings.iter().any(|now| is_so(*now));
    if claim.held_back.is_some_and(|held| !ever(&|now| held.has_lapsed(now))) {
        return Some((7, "was handed over to where mail was held back"));
    }
    let (_, dispatch) = claim.mail.dispatch()?;
    let Some(facts) = claim.facts else {
        return Some((9, "was handed over to an account that was gone"));
    };
    let (purpose, nonce) = claim.mail.code()?;
    let lives = |now| {
        let live = facts.live_under(purpose, nonce, now);
        live.is_some_and(|live| live.recipient == dispatch.recipient) && facts.standing.redeems(purpose, now)
    };
    (!ever(&lives)).then_some((9, "was handed over with a code that was dead when it was taken up"))
}

/// Whether a mail with a code would do what it was queued for.
fn is_good(mail: &Mail, facts: Option<&Facts>, held_back: Option<&Suppression>, now: Timestamp) -> bool {
    let (Some((purpose, nonce)), Some((_, dispatch)), Some(facts)) = (mail.code(), mail.dispatch(), facts)
    else {
        return false;
    };
    let lives = facts.live_under(purpose, nonce, now).is_some_and(|it| it.recipient == dispatch.recipient);
    lives && held_back.is_none() && facts.standing.redeems(purpose, now)
}

/// Whether those who took a mail up had one time of day. Otherwise one may take what another still has: a due time that is far
/// ahead of one's own clock counts as due, so that nothing waits for ever for a clock that went wrong.
fn clocks_agree(all: impl Iterator<Item = (Elapsed, Timestamp)>) -> bool {
    let ahead = all.map(|(at, now)| now.as_micros() - time_of_day(at).as_micros());
    let (least, most) =
        ahead.fold((i64::MAX, i64::MIN), |(least, most), ahead| (least.min(ahead), most.max(ahead)));
    most.saturating_sub(least) < 60_000_000
}

/// How long after it was taken up a letter may still be handed over.
fn lease(simulation: &Simulation, letter: &Letter) -> u64 {
    let of_realm = simulation.settings.iter().find(|setting| setting.realm == letter.realm);
    of_realm.map_or(Retries::default().lease, |setting| setting.rules.retries.lease).as_micros()
}

/// Couriers are dropped with their process only.
fn is_whole(task: Option<TaskId>) -> bool {
    task.is_some_and(|task| 1 << 40 <= task.0 && task.0 < 1 << 63)
}
