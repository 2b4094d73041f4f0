//! One line for an adapter's author, one named test for each clause.

/// Calls a macro with the fixture and the path of every check of the store's contract.
#[doc(hidden)]
#[macro_export]
macro_rules! __store_clauses {
    ([$($with:tt)+], $fixture:ty) => {
        $($with)+! { $fixture, async,
            store::atomicity::clause_01_who_sees_one_write_of_a_commit_sees_all,
            store::atomicity::clause_01_a_failed_commit_leaves_nothing,
            store::atomicity::clause_01_a_commit_writes_all_of_its_events,
            store::swaps::clause_02_a_swap_applies_only_if_the_stored_stamp_equals_its_before,
            store::swaps::clause_02_absence_is_guarded_as_a_stamp_is,
            store::swaps::clause_03_a_stamp_of_a_removed_record_never_matches_its_successor,
            store::swaps::clause_04_a_record_bears_the_commits_id_and_reads_back_exactly,
            store::swaps::clause_04_extreme_values_read_back_exactly,
            store::swaps::clause_04_every_event_reads_back_exactly,
            store::swaps::clause_05_the_first_failing_write_in_key_order_decides_the_error,
            store::swaps::clause_05_on_an_account_conflict_precedes_email_taken,
            store::levels::clause_05_exhausted_names_every_level_that_refuses,
            store::keys::clause_06_no_two_accounts_of_a_realm_hold_one_key,
            store::keys::clause_06_a_reserved_key_is_held_and_a_pending_one_is_not,
            store::keys::clause_06_an_email_finds_nobody_by_a_key_that_is_only_reserved,
            store::keys::clause_06_of_racing_registrations_of_one_key_exactly_one_succeeds,
            store::keys::clause_06_a_released_key_is_free_in_the_same_instant,
            store::levels::clause_07_a_reservation_raises_a_level_unless_it_is_above_the_ceiling,
            store::levels::clause_07_a_level_is_raised_no_further_than_its_horizon,
            store::levels::clause_07_racing_reservations_admit_what_some_serial_order_would,
            store::levels::clause_07_a_failed_commit_reserves_nothing,
            store::levels::clause_08_reservations_alone_never_conflict,
            store::repeats::clause_09_a_read_after_an_answer_sees_the_state_that_caused_it,
            store::repeats::clause_09_a_read_after_a_refusal_sees_what_refused,
            store::persistence::clause_10_ok_survives_a_kill,
            store::held::clause_10_a_kill_in_the_middle_of_a_commit_leaves_all_or_nothing,
            store::repeats::clause_11_a_repeated_offer_is_ok_and_writes_nothing,
            store::repeats::clause_11_an_event_alone_is_proof_of_the_commit,
            store::repeats::clause_11_a_record_alone_is_proof_of_the_commit,
            store::repeats::clause_11_an_event_that_a_trim_left_is_proof_of_the_commit,
            store::repeats::clause_12_racing_offers_of_one_commit_apply_it_once,
            store::repeats::clause_12_an_offer_left_alone_never_applies_after_its_repeat_was_answered,
            store::repeats::clause_12_an_offer_never_applies_after_its_repeat_met_a_conflict,
            store::held::clause_12_a_repeat_waits_for_the_end_of_the_first,
            store::repeats::clause_13_a_refused_offer_never_applies,
            store::repeats::clause_14_a_dropped_commit_applied_whole_or_not_at_all_and_locks_nothing,
            store::repeats::clause_14_a_dropped_read_claim_or_trim_locks_nothing,
            store::swaps::clause_15_of_racing_swaps_of_one_record_exactly_one_succeeds,
            store::held::clause_15_a_rival_of_a_commit_in_its_middle_fails_or_wins,
            store::swaps::clause_16_commits_with_disjoint_keys_never_conflict,
            store::time::clause_17_the_same_calls_get_the_same_answers_whatever_time_it_is,
            store::size::clause_18_the_largest_legal_commit_is_accepted,
            store::size::clause_18_an_empty_commit_is_accepted,
            store::snapshots::clause_19_a_dossier_holds_all_that_was_asked_for,
            store::snapshots::clause_19_a_dossier_holds_levels_groups_notes_and_the_holder_of_a_key,
            store::snapshots::clause_19_absence_is_none_never_an_error,
            store::snapshots::clause_19_a_dossier_is_one_snapshot,
            store::snapshots::clause_20_nothing_uncommitted_is_ever_seen,
            store::held::clause_20_a_commit_in_its_middle_is_seen_by_nobody,
            store::reads::clause_21_accounts_are_listed_by_the_bytes_of_their_names,
            store::reads::clause_21_accounts_are_listed_by_the_key_that_their_hashes_rest_on,
            store::reads::clause_21_accounts_are_found_by_the_beginning_of_their_address,
            store::reads::clause_21_overdue_accounts_are_listed_by_due_time,
            store::lists::clause_21_mails_addresses_and_groups_are_listed_in_order,
            store::lists::clause_21_the_whole_outbox_is_listed_by_name,
            store::lists::clause_21_accounts_are_listed_by_the_day_of_their_last_log_in,
            store::reads::clause_21_a_record_that_stays_appears_exactly_once,
            store::many::clause_21_more_than_1000_accounts_are_listed_and_counted,
            store::many::clause_21_more_than_1000_mails_addresses_and_groups_are_listed,
            store::changes::clause_21_an_account_is_listed_as_it_is_now,
            store::changes::clause_21_a_suppression_is_listed_until_it_is_cleared,
            store::changes::clause_21_a_mail_is_listed_and_due_as_it_is_now,
            store::outbox::clause_22_due_mails_of_the_realm_are_claimed_oldest_first,
            store::outbox::clause_22_a_due_time_beyond_the_horizon_is_due,
            store::outbox::clause_22_each_mail_goes_to_one_of_racing_claimants,
            store::due::clause_22_mails_to_domains_that_are_passed_over_stay,
            store::outbox::clause_23_a_claimed_mail_bears_the_claims_id_and_one_more_attempt,
            store::outbox::clause_23_a_claimed_mail_is_claimable_again_at_until_and_not_before,
            store::outbox::clause_24_a_settlement_with_a_superseded_claim_conflicts,
            store::outbox::clause_25_a_claims_dossier_is_not_older_than_the_claim,
            store::outbox::clause_25_a_claim_brings_the_facts_of_the_mails_account,
            store::due::clause_26_next_due_is_never_later_than_what_is_due_first,
            store::due::clause_26_a_claim_without_a_limit_only_asks,
            store::due::clause_26_next_due_is_told_as_the_claim_left_the_realm,
            store::journal::clause_27_a_follower_gets_each_event_once,
            store::many::clause_27_more_than_1000_events_are_followed,
            store::journal::clause_28_an_accounts_events_come_in_version_order,
            store::journal::clause_29_a_cursor_resumes_on_another_instance,
            store::journal::clause_29_a_cursor_of_an_empty_feed_misses_nothing,
            store::journal::clause_30_a_cursor_from_before_the_retained_journal_answers_trimmed,
            store::journal::clause_30_a_cursor_of_another_incarnation_answers_trimmed,
            store::trim::clause_31_trim_takes_bounded_steps,
            store::trim::clause_31_trim_keeps_what_is_needed,
            store::trim::clause_31_trim_lowers_impossible_levels,
            store::order::clause_31_no_realms_trim_touches_anothers_mails_or_events,
            store::persistence::clause_32_reopening_loses_nothing,
            store::persistence::clause_32_a_foreign_or_newer_place_is_refused_and_left_untouched,
            store::persistence::clause_33_no_error_text_contains_a_stored_value,
            store::damage::clause_33_no_error_of_a_damaged_record_says_what_it_holds,
            store::restore::clause_34_a_restored_store_has_a_new_life_and_raised_epochs,
            store::restore::clause_34_all_else_is_as_the_backup_has_it,
            store::restore::clause_34_what_was_read_before_matches_nothing,
            store::erasure::clause_35_the_octets_of_an_erased_account_are_gone,
            store::held::clause_36_a_commit_in_its_middle_keeps_no_thread_waiting,
            store::reads::clause_37_a_page_may_be_short_and_only_no_next_is_the_end,
            store::order::clause_38_the_journals_order_counts_not_the_time,
            store::order::clause_38_each_realm_has_its_own_watermark,
            store::order::clause_38_strays_go_from_anywhere_and_move_no_watermark,
            store::due::clause_39_what_a_lost_claim_took_returns_with_one_attempt_counted,
            store::damage::clause_40_a_store_without_its_file_is_broken,
            store::outbox::clause_41_the_backlog_is_what_waits_and_what_was_given_up,
            store::offered::all_that_is_not_offered_is_listed,
        }
    };
}

/// Makes a named test of each check.
#[doc(hidden)]
#[macro_export]
macro_rules! __tests {
    ($fixture:ty, async, $($port:ident :: $file:ident :: $clause:ident),+ $(,)?) => {$(
        #[test]
        fn $clause() {
            $crate::deadline::within(
                <$fixture as $crate::store::StoreUnderTest>::DEADLINE,
                stringify!($clause),
                || <$fixture as $crate::store::StoreUnderTest>::block_on(
                    $crate::$port::$file::$clause::<$fixture>(),
                ),
            );
        }
    )+};
    ($fixture:ty, plain, $($port:ident :: $clause:ident),+ $(,)?) => {$(
        #[test]
        fn $clause() {
            $crate::deadline::within(
                $crate::deadline::LONG,
                stringify!($clause),
                $crate::$port::$clause::<$fixture>,
            );
        }
    )+};
}

/// One test for each clause of [`Store`](accountable_core::port::Store)'s contract, for a type that is
/// [`StoreUnderTest`](crate::store::StoreUnderTest). One use a module.
#[macro_export]
macro_rules! store_contract {
    ($fixture:ty) => {
        $crate::__store_clauses!([$crate::__tests], $fixture);
    };
}

/// One test for each clause of [`Clock`](accountable_core::port::Clock)'s contract that a test can show, for a type that
/// is [`ClockUnderTest`](crate::clock::ClockUnderTest). One use a module.
#[macro_export]
macro_rules! clock_contract {
    ($fixture:ty) => {
        $crate::__tests! { $fixture, plain,
            clock::clause_01_now_is_the_time_of_day_and_may_jump,
            clock::clause_02_a_jump_neither_shortens_nor_lengthens_a_sleep,
            clock::clause_03_a_sleep_ends_no_earlier_than_asked,
            clock::clause_04_a_dropped_sleep_leaves_the_others_asleep,
            clock::clause_05_and_07_each_sleeper_wakes_in_its_own_time,
            clock::clause_06_a_sleep_of_zero_ends_by_itself,
        }
    };
}

/// One test for each clause of [`Entropy`](accountable_core::port::Entropy)'s contract that a test can show, for a type
/// that is [`EntropyUnderTest`](crate::entropy::EntropyUnderTest). One use a module.
#[macro_export]
macro_rules! entropy_contract {
    ($fixture:ty) => {
        $crate::__tests! { $fixture, plain,
            entropy::clause_01_all_bytes_are_filled,
            entropy::clause_02_no_two_calls_return_the_same_bytes,
            entropy::clause_03_a_seeded_source_can_be_replayed,
        }
    };
}

/// One test for each clause of [`PasswordHasher`](accountable_core::port::PasswordHasher)'s contract, for a type that is
/// [`HasherUnderTest`](crate::hasher::HasherUnderTest). One use a module.
#[macro_export]
macro_rules! hasher_contract {
    ($fixture:ty) => {
        $crate::__tests! { $fixture, plain,
            hasher::clause_01_a_password_verifies_against_its_own_hash_only,
            hasher::clause_02_two_hashes_of_one_password_differ,
            hasher::clause_03_all_octets_of_a_password_count,
            hasher::clause_04_the_work_goes_on_while_nobody_polls,
            hasher::clause_05_beyond_its_queue_a_hasher_is_overloaded_at_once,
            hasher::clause_06_a_dropped_future_gives_up_its_turn,
            hasher::clause_07_what_cant_be_read_is_unreadable_never_wrong,
            hasher::clause_08_a_hash_of_another_cost_needs_a_rehash,
            hasher::clause_09_a_decoy_verifies_no_password_and_is_of_a_real_class,
            hasher::clause_10_no_error_text_contains_a_password_or_a_hash,
            hasher::clause_11_check_passes_exactly_what_verify_reads,
            hasher::clause_12_a_scheme_that_looks_at_a_part_says_so,
        }
    };
}

/// One test for each clause of [`Mailer`](accountable_core::port::Mailer)'s contract that a test can show, for a type
/// that is [`MailerUnderTest`](crate::mailer::MailerUnderTest). One use a module.
#[macro_export]
macro_rules! mailer_contract {
    ($fixture:ty) => {
        $crate::__tests! { $fixture, plain,
            mailer::clause_01_and_02_a_letter_arrives_at_its_recipient_and_nobody_else,
            mailer::clause_01_a_bounce_brings_the_feedback_tag_back,
            mailer::clause_03_a_letter_keeps_its_message_id,
            mailer::clause_04_and_08_errors_say_whose_fault_it_is_and_nothing_else,
            mailer::clause_05_and_06_a_letter_that_hangs_or_fails_delays_no_other,
            mailer::clause_09_many_may_deliver_at_once,
        }
    };
}

/// The doors, room by room, and random sequences of commands, on the stores of a type that is [`StoreUnderTest`](crate::store::StoreUnderTest): what the
/// whole library promises over that store. One use a module.
#[macro_export]
macro_rules! accounts_contract {
    ($fixture:ty) => {
        /// Random sequences of commands.
        #[test]
        fn every_sequence_is_answered_as_in_memory_and_keeps_the_invariants() {
            $crate::model::every_sequence_is_answered_as_in_memory_and_keeps_the_invariants::<$fixture>();
        }
        mod accidents {
            use super::*;
            $crate::__doors_accidents!($fixture);
        }
        mod code {
            use super::*;
            $crate::__doors_code!($fixture);
        }
        mod courier {
            use super::*;
            $crate::__doors_courier!($fixture);
        }
        mod devices {
            use super::*;
            $crate::__doors_devices!($fixture);
        }
        mod demands {
            use super::*;
            $crate::__doors_demands!($fixture);
        }
        mod email_change {
            use super::*;
            $crate::__doors_email_change!($fixture);
        }
        mod equality {
            use super::*;
            $crate::__doors_equality!($fixture);
        }
        mod equality_matrix {
            use super::*;
            $crate::__doors_equality_matrix!($fixture);
        }
        mod faults {
            use super::*;
            $crate::__doors_faults!($fixture);
        }
        mod feedback {
            use super::*;
            $crate::__doors_feedback!($fixture);
        }
        mod import {
            use super::*;
            $crate::__doors_import!($fixture);
        }
        mod ip_filter {
            use super::*;
            $crate::__doors_ip_filter!($fixture);
        }
        mod keyrings {
            use super::*;
            $crate::__doors_keyrings!($fixture);
        }
        mod keys {
            use super::*;
            $crate::__doors_keys!($fixture);
        }
        mod lock_notice {
            use super::*;
            $crate::__doors_lock_notice!($fixture);
        }
        mod log_in {
            use super::*;
            $crate::__doors_log_in!($fixture);
        }
        mod mailing {
            use super::*;
            $crate::__doors_mailing!($fixture);
        }
        mod management {
            use super::*;
            $crate::__doors_management!($fixture);
        }
        mod noted {
            use super::*;
            $crate::__doors_noted!($fixture);
        }
        mod notices {
            use super::*;
            $crate::__doors_notices!($fixture);
        }
        mod origins {
            use super::*;
            $crate::__doors_origins!($fixture);
        }
        mod outage {
            use super::*;
            $crate::__doors_outage!($fixture);
        }
        mod outbox {
            use super::*;
            $crate::__doors_outbox!($fixture);
        }
        mod pages {
            use super::*;
            $crate::__doors_pages!($fixture);
        }
        mod password_age {
            use super::*;
            $crate::__doors_password_age!($fixture);
        }
        mod passwords {
            use super::*;
            $crate::__doors_passwords!($fixture);
        }
        mod quotas {
            use super::*;
            $crate::__doors_quotas!($fixture);
        }
        mod proof {
            use super::*;
            $crate::__doors_proof!($fixture);
        }
        mod races {
            use super::*;
            $crate::__doors_races!($fixture);
        }
        mod recheck {
            use super::*;
            $crate::__doors_recheck!($fixture);
        }
        mod register {
            use super::*;
            $crate::__doors_register!($fixture);
        }
        mod remedies {
            use super::*;
            $crate::__doors_remedies!($fixture);
        }
        mod retention {
            use super::*;
            $crate::__doors_retention!($fixture);
        }
        mod review {
            use super::*;
            $crate::__doors_review!($fixture);
        }
        mod round_trips {
            use super::*;
            $crate::__doors_round_trips!($fixture);
        }
        mod sign_up {
            use super::*;
            $crate::__doors_sign_up!($fixture);
        }
        mod standing {
            use super::*;
            $crate::__doors_standing!($fixture);
        }
        mod update {
            use super::*;
            $crate::__doors_update!($fixture);
        }
        mod yielding {
            use super::*;
            $crate::__doors_yielding!($fixture);
        }
    };
}

/// Real processes that write to one store and are killed, for a type that is
/// [`SharedStore`](crate::processes::SharedStore). One use a crate, at its root or in a module.
#[macro_export]
macro_rules! processes_contract {
    ($store:ty) => {
        mod processes {
            use super::*;
            /// What a child runs. In the parent it is no test and does nothing.
            #[test]
            fn child_process() {
                $crate::processes::child::run::<$store>();
            }
            #[test]
            fn of_processes_that_want_one_thing_exactly_one_gets_it() {
                $crate::processes::contention::of_processes_that_want_one_thing_exactly_one_gets_it::<$store>(concat!(module_path!(), "::child_process"));
            }
            #[test]
            fn what_one_process_was_told_all_others_see() {
                $crate::processes::contention::what_one_process_was_told_all_others_see::<$store>(concat!(module_path!(), "::child_process"));
            }
            #[test]
            fn a_killed_process_loses_nothing_that_was_acknowledged_and_repeats_nothing() {
                $crate::processes::kills::a_killed_process_loses_nothing_that_was_acknowledged_and_repeats_nothing::<$store>(concat!(module_path!(), "::child_process"));
            }
            #[test]
            fn a_store_that_another_process_has_open_is_not_restored() {
                $crate::processes::restores::a_store_that_another_process_has_open_is_not_restored::<$store>(
                    concat!(module_path!(), "::child_process"),
                );
            }
            #[test]
            fn where_a_restoration_is_killed_the_store_is_as_it_was_or_restored() {
                $crate::processes::restores::where_a_restoration_is_killed_the_store_is_as_it_was_or_restored::<$store>(concat!(module_path!(), "::child_process"));
            }
        }
    };
}
