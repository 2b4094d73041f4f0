//! Pages, and the queries for those after them.

use super::*;

fn numbers(to: u32) -> impl Iterator<Item = Result<u32, &'static str>> {
    (1..=to).map(Ok)
}

#[test]
fn a_page_asks_for_more_exactly_while_there_is_some() {
    let turn = |to, limit| page(numbers(to), Limit::of(limit), |last| *last).unwrap();
    assert_eq!(turn(3, 2), Page { items: vec![1, 2], next: Some(2) });
    assert_eq!(turn(2, 2), Page { items: vec![1, 2], next: None });
    assert_eq!(turn(0, 2), Page { items: vec![], next: None });
}

#[test]
fn a_record_that_can_not_be_read_fails_its_page_and_the_one_before() {
    let broken = || numbers(2).chain([Err("unreadable")]);
    assert_eq!(page(broken(), Limit::of(2), |last| *last), Err("unreadable"));
    assert_eq!(page(broken(), Limit::of(1), |last| *last).unwrap().next, Some(1));
}

#[test]
fn sifting_turns_the_pages_of_a_list_that_holds_matches_only() {
    let turn = |to, limit| {
        let even = |n: &u32| n.is_multiple_of(2);
        sift(numbers(to), even, Limit::of(limit), |last| *last).unwrap()
    };
    assert_eq!(turn(6, 2), Page { items: vec![2, 4], next: Some(4) });
    assert_eq!(turn(5, 2), Page { items: vec![2, 4], next: None }, "nothing after 4 matches");
    assert_eq!(turn(1, 2), Page { items: vec![], next: None });
}

#[test]
fn sifting_ends_a_page_where_few_match_and_goes_on_behind_what_it_looked_at() {
    let only = |wanted: u32| move |n: &u32| *n == wanted;
    let turn = |matches: &dyn Fn(&u32) -> bool| sift(numbers(10_000), matches, Limit::of(44), |last| *last);
    assert_eq!(turn(&only(9_999)).unwrap(), Page { items: vec![], next: Some(300) });
    assert_eq!(turn(&only(300)).unwrap(), Page { items: vec![300], next: Some(300) });
    assert_eq!(turn(&only(7)).unwrap(), Page { items: vec![7], next: Some(300) });
}

#[test]
fn a_query_goes_on_after_what_it_gave() {
    let ada = account(1, "ada@example.com");
    let (realm, prefix) = (Realm::default(), EmailKey::prefix("a"));
    let first = AccountQuery::ByEmail { realm, prefix, after: None };
    assert!(first.admits(&ada) && !first.admits(&account(2, "bob@example.com")));
    let next = first.after(&ada);
    assert!(
        matches!(&next, AccountQuery::ByEmail { after: Some(key), .. } if *key == email("ada@example.com").key().as_str())
    );
    assert_eq!(next.from_the_first(), first);
}
