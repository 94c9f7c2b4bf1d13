//! What a benchmark or a screenshot ran on, and when.

use std::{fs, time::SystemTime};

/// The machine in a few words, such as `2 cores, Linux 6.18`.
pub fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let release: Vec<_> = release.trim().split(['.', '-']).take(2).collect();
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kib = memory.lines().find_map(|line| {
        line.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok()
    });
    let memory = kib.map(|kib| format!(", {} GiB", (kib + (1 << 19)) >> 20)).unwrap_or_default();
    format!("{cores} cores{memory}, Linux {}", release.join("."))
}

/// Today, as `2026-11-22`.
pub fn today() -> String {
    humantime::format_rfc3339_seconds(SystemTime::now()).to_string().chars().take(10).collect()
}
