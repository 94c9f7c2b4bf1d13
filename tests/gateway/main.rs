//! Looks at the gateway as those do who meet it: a browser, a proxy, a monitor.
//!
//! | file | what |
//! | --- | --- |
//! | `page.rs` | the page in a real browser, as these tests use it |
//! | `proxy.rs` | HAProxy between browser and gateway, which lets through what it is told to |
//! | `transports.rs` | each transport, with the others blocked; losses and restarts on each |
//! | `access.rs` | keyboard, screen readers, narrow windows, themes |
//! | `security.rs` | what a foreign page, or a script that was smuggled in, cannot do |
//! | `metrics.rs` | the figures, by Prometheus' own parser |
//! | `screenshot.rs` | the picture in the book |

mod access;
mod metrics;
mod page;
mod proxy;
mod screenshot;
mod security;
mod transports;

use book_tests::trials::{self, Test};
use std::process::ExitCode;

const TESTS: &[Test] = &[
    (
        "transports::each_transport_is_used_where_those_before_it_are_blocked",
        "chromium haproxy",
        transports::each_is_used,
    ),
    (
        "transports::a_loss_of_the_connection_loses_and_doubles_nothing_on_each_transport",
        "chromium haproxy",
        transports::a_loss_loses_nothing,
    ),
    (
        "transports::a_restart_of_the_gateway_loses_and_doubles_nothing_on_each_transport",
        "chromium haproxy",
        transports::a_restart_loses_nothing,
    ),
    (
        "transports::a_killed_gateway_is_come_back_to_on_each_transport",
        "chromium haproxy",
        transports::a_kill_is_survived,
    ),
    (
        "transports::a_transport_that_is_swallowed_is_given_up",
        "chromium haproxy",
        transports::what_is_swallowed_is_given_up,
    ),
    (
        "transports::a_page_between_two_gateways_sees_each_message_once",
        "chromium haproxy",
        transports::two_logs,
    ),
    (
        "transports::what_a_proxy_says_by_itself_is_no_end",
        "chromium haproxy",
        transports::what_is_said_in_between_is_no_end,
    ),
    (
        "transports::a_stream_that_is_held_back_is_given_up",
        "chromium",
        transports::what_is_held_back_is_given_up,
    ),
    (
        "transports::a_gateway_that_says_nothing_any_more_is_noticed",
        "chromium",
        transports::silence_is_noticed,
    ),
    ("transports::a_position_that_is_lost_is_told", "chromium", transports::a_gap_is_told),
    (
        "transports::a_refusal_is_shown_and_is_the_end_of_it",
        "chromium",
        transports::a_refusal_is_shown,
    ),
    (
        "transports::a_page_whose_proxy_hides_its_host_says_what_to_set",
        "chromium haproxy",
        transports::host_is_not_passed_on,
    ),
    (
        "transports::a_busy_gateway_is_not_shown_as_a_refusal",
        "chromium haproxy",
        transports::a_busy_moment_is_no_refusal,
    ),
    ("access::all_can_be_done_by_keyboard", "chromium", access::keyboard),
    (
        "access::no_rule_of_accessibility_is_broken_wide_and_narrow_dark_and_light",
        "chromium node-axe",
        access::rules,
    ),
    ("access::a_paused_page_stands_still_and_loses_nothing", "chromium", access::pause),
    ("access::a_screen_reader_is_told_what_the_page_shows", "chromium", access::outline),
    ("security::a_page_of_a_foreign_origin_gets_nothing", "chromium", security::foreign_page),
    (
        "security::a_page_that_leads_its_own_name_here_gets_nothing",
        "chromium",
        security::rebound_page,
    ),
    ("security::a_script_that_is_smuggled_in_is_not_run", "chromium", security::smuggled_script),
    ("security::a_message_is_text_whatever_is_in_it", "chromium", security::messages_are_text),
    ("metrics::the_metrics_are_what_prometheus_reads", "python-prometheus", metrics::parsed),
    ("screenshot::the_page_looks_as_the_book_shows_it", "chromium", screenshot::as_shown),
];

fn main() -> ExitCode {
    trials::run(TESTS)
}
