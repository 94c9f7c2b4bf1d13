//! Every chart is what its results draw.

use crate::Fault;
use bench::Results;
use std::{fs, path::Path};

pub(super) fn faults(root: &Path) -> anyhow::Result<Vec<Fault>> {
    let mut faults = Vec::new();
    for (name, draw) in bench::CHARTS {
        let file = bench::chart_file(name);
        let results = match Results::read(root, name) {
            Ok(results) => results,
            Err(what) => {
                faults.push(Fault::new(Results::file(name), 1, what));
                continue;
            }
        };
        let drawn = draw(&results)?;
        if fs::read_to_string(root.join(&file)).unwrap_or_default() != drawn {
            let what = format!(
                "the chart is not what {} draws; `{}` writes both",
                Results::file(name).display(),
                results.command
            );
            faults.push(Fault::new(&file, 1, what));
        }
    }
    Ok(faults)
}
