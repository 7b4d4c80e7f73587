//! Counts and times for Prometheus. No label holds anything of a clip, a client or an unknown path.

use std::time::Duration;

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

/// Upper bounds of the latencies, seconds.
const LATENCY_BOUNDS_S: [f64; 10] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

/// What the server has done since it started.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    answered: Family<Answered, Counter>,
    latency: Family<Route, Histogram, fn() -> Histogram>,
    recognizing: Gauge,
    uploading: Gauge,
}

impl Metrics {
    /// All at 0.
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("banglaser");
        let answered = Family::default();
        let latency: Family<Route, Histogram, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(LATENCY_BOUNDS_S));
        let recognizing = Gauge::default();
        let uploading = Gauge::default();
        registry.register("requests", "Answered requests", answered.clone());
        registry.register(
            "request_duration_seconds",
            "Time from a request to its answer",
            latency.clone(),
        );
        registry.register(
            "recognitions_in_progress",
            "Clips that are decoded and recognised now",
            recognizing.clone(),
        );
        registry.register(
            "uploads_in_progress",
            "Uploads that are in memory now",
            uploading.clone(),
        );
        Self {
            registry,
            answered,
            latency,
            recognizing,
            uploading,
        }
    }

    /// Counts an answer; `route` is that of the router, never a client's path.
    pub fn count(&self, route: &str, status: u16, latency: Duration) {
        let route = route.to_owned();
        let answered = Answered {
            route: route.clone(),
            status,
        };
        self.answered.get_or_create(&answered).inc();
        let latency_s = latency.as_secs_f64();
        self.latency
            .get_or_create(&Route { route })
            .observe(latency_s);
    }

    /// OpenMetrics text, with how many clips are recognised and how many uploads are in memory now.
    pub fn text(&self, n_recognizing: usize, n_uploading: usize) -> String {
        self.recognizing.set(n_recognizing as i64);
        self.uploading.set(n_uploading as i64);
        let mut text = String::new();
        // Writing to a `String` does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_by_route_and_status() {
        let metrics = Metrics::new();
        metrics.count("/predict", 200, Duration::from_millis(30));
        metrics.count("/predict", 200, Duration::from_millis(70));
        metrics.count("/predict", 413, Duration::from_millis(1));
        let text = metrics.text(2, 5);
        for line in [
            r#"banglaser_requests_total{route="/predict",status="200"} 2"#,
            r#"banglaser_requests_total{route="/predict",status="413"} 1"#,
            r#"banglaser_request_duration_seconds_bucket{le="0.05",route="/predict"} 2"#,
            "banglaser_recognitions_in_progress 2",
            "banglaser_uploads_in_progress 5",
            "# EOF",
        ] {
            assert!(text.contains(line), "no {line} in\n{text}");
        }
    }
}
