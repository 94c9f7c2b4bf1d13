//! What differs from run to run, and what stands for it in a transcript. Few, and shared by all
//! sessions.

use regex::Regex;

/// Name, pattern, what stands for it.
const FILTERS: &[(&str, &str, &str)] = &[
    ("how a terminal draws text", r"\x1b\[[0-9;]*m", ""),
    ("the time of a log line", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "<time>"),
    ("a process id", r"\bpid \d+", "pid <pid>"),
    ("HAProxy's process id", r"(?m)^(\[[A-Z]+\] +)\(\d+\) :", "${1}(<pid>) :"),
    ("how long a check took", r"check duration: \d+ms", "check duration: <n> ms"),
    ("how many connections HAProxy has", r"\d+ sessions active", "<n> sessions active"),
    ("how long something has run", r"\bfor (\d+(s|m|h) ?)+", "for <time>"),
    ("a random wait", r"trying again in \d+ ms", "trying again in <wait> ms"),
    ("a date", r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", "<date>"),
    ("the epoch of a log", r"\b[0-9a-f]{8}-(\d+)\b", "<epoch>-$1"),
    ("how much fits into buffers", r"\bgap of \d+ messages", "gap of <n> messages"),
    ("how much fits into buffers", r#""missed":[1-9]\d*"#, r#""missed":<n>"#),
    ("a port that the system chose", r"127\.0\.0\.1:(3[2-9]|[456]\d)\d{3}\b", "127.0.0.1:<port>"),
];

/// A line with this in it is shown once where it comes several times: how often a client tries
/// depends on its waits.
const ONCE: &str = "trying again in";

/// The transcript with the filters applied.
pub(crate) fn apply(transcript: &str) -> String {
    let masked = masked(transcript);
    let mut lines: Vec<_> = masked.split_inclusive('\n').collect();
    lines.dedup_by(|line, before| line.contains(ONCE) && line == before);
    lines.concat()
}

fn masked(transcript: &str) -> String {
    FILTERS.iter().fold(transcript.to_owned(), |text, (name, pattern, stand_in)| {
        let pattern =
            Regex::new(pattern).unwrap_or_else(|error| panic!("the filter for {name}: {error}"));
        pattern.replace_all(&text, *stand_in).into_owned()
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_differs_from_run_to_run_is_masked_and_nothing_else() {
        let cases = [
            ("\x1b[1mdate\x1b[0m: now", "date: now"),
            ("2026-11-22T09:17:03Z INFO  x: ready", "<time> INFO  x: ready"),
            ("x is ready (pid 4711)", "x is ready (pid <pid>)"),
            ("x is ready (pid 4711, for 1m 3s)", "x is ready (pid <pid>, for <time>)"),
            ("listening on 127.0.0.1:7776", "listening on 127.0.0.1:7776"),
            ("from 127.0.0.1:41234", "from 127.0.0.1:<port>"),
            ("date: Sun, 22 Nov 2026 12:52:39 GMT", "date: <date>"),
            ("id: 9f3a61c2-42", "id: <epoch>-42"),
            ("a gap of 33 messages", "a gap of <n> messages"),
            (r#"{"missed":12}"#, r#"{"missed":<n>}"#),
            ("[WARNING]  (4711) : x is DOWN", "[WARNING]  (<pid>) : x is DOWN"),
            ("check duration: 12ms.", "check duration: <n> ms."),
            ("10\n7\n7\n", "10\n7\n7\n"),
            (
                "x; trying again in 7 ms\nx; trying again in 9 ms\n",
                "x; trying again in <wait> ms\n",
            ),
        ];
        for (transcript, expected) in cases {
            assert_eq!(super::apply(transcript), expected);
        }
    }
}
