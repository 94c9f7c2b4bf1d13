//! Looks at the claim of chapter 1 that the loop on `may` is the one on threads, letter for letter.

/// The lines between the anchors of `say_numbers`.
fn say_numbers(source: &str) -> &str {
    let (_, after) = source.split_once("// ANCHOR: say_numbers\n").expect("the anchor");
    after.split_once("// ANCHOR_END: say_numbers").expect("its end").0
}

#[test]
fn the_loop_on_may_is_the_one_on_threads_letter_for_letter() {
    let on_may = say_numbers(include_str!("../src/on_may.rs"));
    assert!(on_may.lines().count() > 10, "{on_may}");
    assert_eq!(on_may, say_numbers(include_str!("../src/on_threads.rs")));
}
