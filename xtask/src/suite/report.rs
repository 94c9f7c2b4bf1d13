//! What is told when all tests have ended: where the time went, and what failed.

use super::{run::Run, seconds};
use anyhow::bail;
use std::{
    fmt::{self, Display, Formatter},
    time::Duration,
};

/// Programs that take less than this are summed up.
const WORTH_A_LINE: Duration = Duration::from_secs(2);

#[derive(Default)]
pub(super) struct Report {
    pub(super) compiling: Duration,
    pub(super) runs: Vec<Run>,
}

impl Report {
    fn passed(&self) -> usize {
        self.runs.iter().map(|run| run.passed).sum()
    }

    /// An error that names all tests that have failed, or that there were none at all.
    pub(super) fn verdict(&self, filter: Option<&str>) -> anyhow::Result<()> {
        let failed: Vec<_> = self
            .runs
            .iter()
            .filter(|run| !run.is_good)
            .flat_map(|run| {
                let names = run.failed.iter().map(move |test| format!("{}: {test}", run.name));
                let none = run.failed.is_empty().then(|| format!("{}, as a whole", run.name));
                names.chain(none)
            })
            .collect();
        if !failed.is_empty() {
            bail!("{} failed; what they said is above:\n  {}", failed.len(), failed.join("\n  "));
        }
        match filter {
            Some(filter) if self.passed() == 0 => bail!("no test has {filter:?} in its name"),
            _ => Ok(()),
        }
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for run in self.runs.iter().filter(|run| !run.is_good) {
            writeln!(f, "\n── {} ──\n{}", run.name, run.said)?;
        }
        writeln!(f, "\nWhere the time went:")?;
        writeln!(f, "{:>9}  compiling", seconds(self.compiling))?;
        let mut runs: Vec<_> = self.runs.iter().collect();
        runs.sort_by_key(|run| std::cmp::Reverse(run.time));
        let (long, short): (Vec<_>, Vec<_>) =
            runs.into_iter().partition(|run| run.time >= WORTH_A_LINE);
        for run in long {
            writeln!(f, "{:>9}  {}", seconds(run.time), run.name)?;
        }
        let rest = short.iter().map(|run| run.time).sum();
        writeln!(f, "{:>9}  {} more programs", seconds(rest), short.len())?;
        let ignored: Vec<_> = self.runs.iter().flat_map(|run| &run.ignored).collect();
        for test in &ignored {
            writeln!(f, "ignored: {test}")?;
        }
        writeln!(f, "{} tests passed, {} were ignored", self.passed(), ignored.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(name: &str, is_good: bool, passed: usize, failed: &[&str]) -> Run {
        Run {
            name: name.into(),
            time: Duration::from_secs(3),
            is_good,
            passed,
            ignored: Vec::new(),
            failed: failed.iter().map(ToString::to_string).collect(),
            said: format!("what {name} said"),
        }
    }

    #[test]
    fn failures_are_named_and_what_they_said_is_shown() {
        let good = run("one", true, 5, &[]);
        let bad = run("two", false, 1, &["a::test"]);
        let crashed = run("three", false, 0, &[]);
        let report = Report { compiling: Duration::ZERO, runs: vec![good, bad, crashed] };
        let shown = report.to_string();
        assert!(shown.contains("what two said") && shown.contains("what three said"), "{shown}");
        assert!(!shown.contains("what one said"), "{shown}");
        let error = report.verdict(None).unwrap_err().to_string();
        assert_eq!(
            error,
            "2 failed; what they said is above:\n  two: a::test\n  three, as a whole"
        );
    }

    #[test]
    fn a_name_that_no_test_has_is_an_error() {
        let report = Report { runs: vec![run("one", true, 0, &[])], ..Report::default() };
        assert!(report.verdict(None).is_ok());
        let error = report.verdict(Some("x")).unwrap_err().to_string();
        assert_eq!(error, "no test has \"x\" in its name");
    }
}
