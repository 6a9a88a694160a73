//! The counters, for `/metrics`: numbers only, nothing about a person.

use std::sync::Arc;
use std::time::Duration;

use kring_sync::{Judgement, Verdict};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

type Labels = [(&'static str, &'static str); 1];

/// The counters of one server; clones share them.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    requests: Family<Labels, Counter>,
    request_seconds: Histogram,
    commands: Family<Labels, Counter>,
    commit_seconds: Histogram,
    connections: Gauge,
    sockets: Gauge,
    documents: Gauge,
    wrong_codes: Counter,
}

impl Metrics {
    /// Counters that stand at zero.
    pub fn new() -> Self {
        let mut metrics = Self {
            registry: Arc::default(),
            requests: Family::default(),
            request_seconds: Histogram::new(exponential_buckets(0.0005, 2.0, 16)),
            commands: Family::default(),
            commit_seconds: Histogram::new(exponential_buckets(0.0005, 2.0, 14)),
            connections: Gauge::default(),
            sockets: Gauge::default(),
            documents: Gauge::default(),
            wrong_codes: Counter::default(),
        };
        let mut registry = Registry::with_prefix("kring");
        registry.register("requests", "Requests by class of status", metrics.requests.clone());
        let seconds = || Unit::Seconds;
        let request = metrics.request_seconds.clone();
        let commit = metrics.commit_seconds.clone();
        registry.register_with_unit("request_duration", "From a request's head to its answer's", seconds(), request);
        registry.register("commands", "Commands by verdict", metrics.commands.clone());
        registry.register_with_unit("commit_duration", "From a command to its durable verdict", seconds(), commit);
        registry.register("connections", "Open connections", metrics.connections.clone());
        registry.register("sockets", "Devices in a sync session", metrics.sockets.clone());
        registry.register("documents", "Documents in memory", metrics.documents.clone());
        registry.register("wrong_codes", "Sign-ins with a code that is not valid", metrics.wrong_codes.clone());
        metrics.registry = Arc::new(registry);
        metrics
    }

    /// Counts an answered request.
    pub fn request(&self, status: u16, duration: Duration) {
        let class = match status {
            0..=199 => "1xx",
            200..=299 => "2xx",
            300..=399 => "3xx",
            400..=499 => "4xx",
            _ => "5xx",
        };
        self.requests.get_or_create(&[("status", class)]).inc();
        self.request_seconds.observe(duration.as_secs_f64());
    }

    /// Counts a judged command.
    pub fn verdict(&self, verdict: &Verdict) {
        let name = match verdict.judgement {
            Judgement::Admitted => "admitted",
            Judgement::Rejected => "rejected",
            Judgement::Held => "held",
        };
        self.commands.get_or_create(&[("verdict", name)]).inc();
    }

    /// Counts how long a batch of commands waited for the disk.
    pub fn commit(&self, duration: Duration) {
        self.commit_seconds.observe(duration.as_secs_f64());
    }

    /// Counts a sign-in that failed on its code.
    pub fn wrong_code(&self) {
        self.wrong_codes.inc();
    }

    /// Counts a connection as long as the answer lives.
    pub fn connection(&self) -> Counted {
        Counted::up(&self.connections)
    }

    /// Counts a sync session as long as the answer lives.
    pub fn socket(&self) -> Counted {
        Counted::up(&self.sockets)
    }

    /// Counts a document in memory as long as the answer lives.
    pub fn document(&self) -> Counted {
        Counted::up(&self.documents)
    }

    /// Everything in the OpenMetrics text format.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a string does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

/// One of something that is counted while it exists.
pub struct Counted(Gauge);

impl Counted {
    fn up(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_has_what_was_counted() {
        let metrics = Metrics::new();
        metrics.request(404, Duration::from_millis(2));
        let socket = metrics.socket();
        let text = metrics.text();
        assert!(text.contains("kring_requests_total{status=\"4xx\"} 1"), "{text}");
        assert!(text.contains("kring_sockets 1"), "{text}");
        drop(socket);
        assert!(metrics.text().contains("kring_sockets 0"));
    }
}
