//! Cursors, and when they are no longer good.

use super::*;

#[test]
fn a_cursor_leads_back_to_its_place() {
    let cursor = Place { life: LIFE, after: 7 }.cursor();
    assert_eq!(Place::resume(LIFE, 3..=9, Some(&cursor)), Some(7));
    assert_eq!(Place::resume(LIFE, 3..=9, None), Some(3));
}

#[test]
fn a_cursor_from_before_the_journal_or_beyond_it_or_of_another_life_is_trimmed() {
    let at = |life, after| Place { life, after }.cursor();
    let other = Incarnation::from_bytes([8; 16]);
    for cursor in [at(LIFE, 2), at(LIFE, 10), at(LIFE, -1), at(other, 7)] {
        assert_eq!(Place::resume(LIFE, 3..=9, Some(&cursor)), None, "{cursor}");
    }
    for bytes in [vec![], vec![9; 15], vec![9; 16], vec![9; 25]] {
        let cursor = crate::port::Cursor::from_bytes(bytes);
        assert_eq!(Place::resume(LIFE, 3..=9, Some(&cursor)), None, "{cursor}");
    }
}
