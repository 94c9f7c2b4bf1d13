//! The sessions that the book shows, a file for each chapter.

mod chapter_0;
mod chapter_1;
mod chapter_2;
mod chapter_3;
mod chapter_4;
mod chapter_5;

use book_tests::trials::{self, Test};
use std::process::ExitCode;

/// Lists sessions by their functions: those of one chapter, with the packages that they need.
macro_rules! sessions {
    ($($chapter:ident, $needs:literal: $($session:ident)+;)+) => {
        &[$($((concat!(stringify!($chapter), "::", stringify!($session)), $needs, $chapter::$session)),+),+]
    };
}

const SESSIONS: &[Test] = sessions! {
    chapter_0, "":
        a_house_starts_from_the_inside_and_stops_from_the_outside
        a_house_in_the_background_is_reloaded_without_a_restart
        a_reload_with_a_bad_file_changes_nothing
        a_killed_house_is_recognised_and_started_again;
    chapter_1, "":
        a_second_server_on_the_same_port_is_refused;
    chapter_1, "netcat-openbsd":
        a_server_says_numbers_to_whoever_connects
        the_three_runtimes_print_the_same
        a_reload_changes_the_pace_of_an_open_connection
        a_full_server_refuses_with_a_sentence;
    chapter_2, "":
        a_client_prints_the_numbers_of_the_server_inside_it
        the_client_is_a_few_lines_in_a_program_of_its_own;
    chapter_2, "netcat-openbsd":
        a_client_comes_back_when_its_server_does
        lines_that_are_no_numbers_are_skipped;
    chapter_3, "curl":
        what_one_publishes_two_read
        a_stopped_reader_stops_everybody
        a_full_queue_drops_in_silence
        what_is_refused_is_refused_with_a_sentence;
    chapter_4, "curl":
        one_message_on_every_transport
        a_reader_comes_back_to_where_it_was
        a_reader_whose_place_is_gone_is_told
        a_stopped_reader_stops_nobody
        a_hub_says_goodbye;
    chapter_5, "curl":
        numbers_come_out_of_one_port_in_every_form
        a_gateway_is_ready_when_it_has_numbers
        a_gateway_drains_before_it_stops;
    chapter_5, "curl haproxy":
        a_reader_behind_a_proxy_carries_on_or_is_told;
};

fn main() -> ExitCode {
    trials::run(SESSIONS)
}
