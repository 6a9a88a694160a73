//! One thing that was measured, with what it is held against.

use serde::Serialize;

/// A measured value.
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    /// The workload it belongs to, like `w1`.
    pub workload: &'static str,
    /// Its short name within the workload, like `thin.p50`.
    pub key: &'static str,
    /// What it is, in words.
    pub what: &'static str,
    /// The value.
    pub value: f64,
    /// The unit, empty for a count.
    pub unit: &'static str,
    /// What the machine itself takes for the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub floor: Option<Floor>,
    /// The target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// True when the load has failed where the target is missed: nothing that was promised may be lost.
    pub is_promise: bool,
}

/// The least a figure can be on this machine.
#[derive(Clone, Debug, Serialize)]
pub struct Floor {
    /// What does it.
    pub what: &'static str,
    /// Its value, in the unit of the figure.
    pub value: f64,
}

/// The target of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// This or less.
    AtMost(f64),
    /// So many times the floor or less, which carries over to another machine.
    AtMostTimes(f64),
    /// This or more.
    AtLeast(f64),
}

impl Figure {
    pub(crate) fn new(
        workload: &'static str,
        key: &'static str,
        what: &'static str,
        value: f64,
        unit: &'static str,
    ) -> Self {
        Self { workload, key, what, value, unit, floor: None, target: None, is_promise: false }
    }

    pub(crate) fn over(self, what: &'static str, value: f64) -> Self {
        Self { floor: Some(Floor { what, value }), ..self }
    }

    pub(crate) fn at_most(self, most: f64) -> Self {
        Self { target: Some(Target::AtMost(most)), ..self }
    }

    pub(crate) fn at_most_times(self, most: f64) -> Self {
        Self { target: Some(Target::AtMostTimes(most)), ..self }
    }

    pub(crate) fn at_least(self, least: f64) -> Self {
        Self { target: Some(Target::AtLeast(least)), ..self }
    }

    pub(crate) fn promised(self) -> Self {
        Self { is_promise: true, ..self }
    }

    /// Returns whether the target is met; true where there is none.
    pub fn is_met(&self) -> bool {
        match self.target {
            Some(Target::AtMost(most)) => self.value <= most,
            // What has no floor cannot be said to be near it.
            Some(Target::AtMostTimes(most)) => self.ratio().is_some_and(|ratio| ratio <= most),
            Some(Target::AtLeast(least)) => self.value >= least,
            None => true,
        }
    }

    /// The value in terms of its floor.
    pub fn ratio(&self) -> Option<f64> {
        self.floor.as_ref().filter(|floor| floor.value > 0.0).map(|floor| self.value / floor.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_held_against_its_floor_and_its_target() {
        let figure = Figure::new("w1", "p50", "latency", 3.0, "ms").over("bare", 1.5);
        assert_eq!(figure.ratio(), Some(2.0));
        assert!(figure.is_met() && figure.clone().at_most(3.0).is_met() && figure.clone().at_least(3.0).is_met());
        assert!(!figure.clone().at_most(2.9).is_met() && !figure.clone().at_least(3.1).is_met());
        assert!(figure.clone().at_most_times(2.0).is_met() && !figure.clone().at_most_times(1.9).is_met());
        assert!(!figure.clone().over("nothing", 0.0).at_most_times(9.0).is_met());
        assert_eq!(figure.over("nothing", 0.0).ratio(), None);
    }
}
