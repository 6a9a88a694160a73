//! The figures of several runs as medians: lines for people, JSON for programs.

use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};

use super::stats::median;
use super::{Figure, Floor, Outcome, Target};

/// The figures of all runs of the workloads so far.
#[derive(Default)]
pub(crate) struct Report {
    /// One list per run.
    runs: Vec<Vec<Figure>>,
}

/// A figure over all runs.
pub(crate) struct Line {
    pub(crate) figure: Figure,
    least: f64,
    most: f64,
    runs: usize,
}

impl Report {
    pub(crate) fn add(&mut self, figures: Vec<Figure>) {
        self.runs.push(figures);
    }

    /// Each figure with the median of its values and of its floors.
    pub(crate) fn lines(&self) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::new();
        for figure in self.runs.iter().flatten() {
            let is_same = |line: &Line| (line.figure.workload, line.figure.key) == (figure.workload, figure.key);
            if !lines.iter().any(is_same) {
                lines.push(self.line(figure));
            }
        }
        lines
    }

    fn line(&self, first: &Figure) -> Line {
        let same = self.runs.iter().flatten().filter(|f| (f.workload, f.key) == (first.workload, first.key));
        let same: Vec<&Figure> = same.collect();
        let values: Vec<f64> = same.iter().map(|figure| figure.value).collect();
        let floors: Vec<f64> = same.iter().filter_map(|figure| Some(figure.floor.as_ref()?.value)).collect();
        let least = values.iter().copied().fold(f64::INFINITY, f64::min);
        let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut figure = first.clone();
        // What was promised must hold in every run, so the worst one counts.
        figure.value = match (figure.is_promise, figure.target) {
            (true, Some(Target::AtMost(_) | Target::AtMostTimes(_))) => most,
            (true, Some(Target::AtLeast(_))) => least,
            _ => median(&values),
        };
        figure.floor = first.floor.as_ref().map(|floor| Floor { what: floor.what, value: median(&floors) });
        Line { figure, least, most, runs: values.len() }
    }

    /// Returns whether everything that was promised holds.
    pub(crate) fn holds(&self) -> bool {
        self.runs.iter().flatten().all(|figure| !figure.is_promise || figure.is_met())
    }

    /// Prints the lines of one workload.
    pub(crate) fn print(&self, workload: &str) -> Outcome<()> {
        let mut out = std::io::stdout().lock();
        for line in self.lines().iter().filter(|line| line.figure.workload == workload) {
            writeln!(out, "{}", line.text())?;
        }
        Ok(())
    }

    pub(crate) fn write_json(&self, path: &Path) -> Outcome<()> {
        let lines: Vec<Value> = self.lines().iter().map(Line::json).collect();
        let report = json!({ "medians": lines, "runs": self.runs });
        Ok(std::fs::write(path, serde_json::to_vec_pretty(&report)?)?)
    }
}

impl Line {
    fn text(&self) -> String {
        let Figure { workload, what, value, unit, .. } = &self.figure;
        let mut text = format!("{workload:<6}{what:<66}{:>9} {unit:<9}", number(*value));
        if self.runs > 1 {
            text += &format!(" ({}..{})", number(self.least), number(self.most));
        }
        if let (Some(floor), Some(ratio)) = (&self.figure.floor, self.figure.ratio()) {
            text += &format!("  {}x of {} ({})", number(ratio), number(floor.value), floor.what);
        }
        match self.figure.target {
            Some(Target::AtMost(most)) => text += &format!("  target <= {}: {}", number(most), self.verdict()),
            Some(Target::AtMostTimes(most)) => {
                text += &format!("  target <= {}x: {}", number(most), self.verdict());
            }
            Some(Target::AtLeast(least)) => text += &format!("  target >= {}: {}", number(least), self.verdict()),
            None => {}
        }
        text
    }

    fn verdict(&self) -> &'static str {
        if self.figure.is_met() { "met" } else { "MISSED" }
    }

    fn json(&self) -> Value {
        let mut json = json!(self.figure);
        if let Value::Object(fields) = &mut json {
            fields.insert("least".into(), json!(self.least));
            fields.insert("most".into(), json!(self.most));
            fields.insert("runs".into(), json!(self.runs));
            fields.insert("ratio".into(), json!(self.figure.ratio()));
            fields.insert("is_met".into(), json!(self.figure.is_met()));
        }
        json
    }
}

/// A number with about three digits that mean something.
pub(crate) fn number(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 0.1 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_are_shown_but_a_promise_is_as_good_as_its_worst_run() {
        let mut report = Report::default();
        for (latency, lost) in [(1.0, 0.0), (3.0, 2.0), (2.0, 0.0)] {
            let latency = Figure::new("w1", "p50", "latency", latency, "ms").over("bare", latency / 2.0).at_most(2.5);
            let lost = Figure::new("w6", "missing", "lost", lost, "").at_most(0.0).promised();
            report.add(vec![latency, lost]);
        }
        let lines = report.lines();
        assert_eq!(lines.len(), 2);
        assert!(lines[0].text().contains("2.00 ms"), "{}", lines[0].text());
        assert!(lines[0].text().contains("(1.00..3.00)  2.00x of 1.00 (bare)  target <= 2.50: met"));
        assert!(lines[1].text().ends_with("target <= 0: MISSED"));
        assert!(!report.holds());
    }
}
