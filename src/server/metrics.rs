//! Counts and times for Prometheus. No label holds anything of a clip, a client or an unknown path.

use std::time::Duration;

use pipeline::{Heard, Observer};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};
use tenants::Health;

/// Upper bounds of the latencies, seconds.
const LATENCY_BOUNDS_S: [f64; 10] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// Upper bounds of how many clips are heard together.
const TOGETHER_BOUNDS: [f64; 4] = [1.0, 2.0, 3.0, 4.0];

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
    hearing: Hearing,
    waiting: Gauge,
    recognizing: Gauge,
    uploading: Gauge,
    upload_bytes: Gauge,
    connections: Gauge,
    alerts: AlertMetrics,
    tenants: TenantMetrics,
}

/// How clips are heard.
#[derive(Debug)]
struct Hearing {
    waited: Histogram,
    together: Histogram,
    decoding: Histogram,
    inference: Histogram,
}

/// What became of alerts; clones share it.
#[derive(Clone, Debug, Default)]
pub struct AlertMetrics {
    /// Rules of the settings that held.
    pub held: Counter,
    /// Messages that were taken.
    pub sent: Counter,
    /// Messages that nobody took, and those for which there was no place.
    pub lost: Counter,
    /// Messages that wait.
    pub waiting: Gauge,
}

/// How it stands with the database of tenants.
#[derive(Debug, Default)]
struct TenantMetrics {
    keys: Gauge,
    waiting: Gauge,
    away_s: Gauge,
}

impl TenantMetrics {
    fn registered(registry: &mut Registry) -> Self {
        let gauges = Self::default();
        let mut register = |name: &str, help: &str, gauge: &Gauge| {
            registry.register(name, help, gauge.clone());
        };
        register("tenant_keys", "Valid keys of tenants", &gauges.keys);
        register(
            "tenant_clips_waiting",
            "Clips whose usage is not in the database yet",
            &gauges.waiting,
        );
        register(
            "tenant_database_away_seconds",
            "Time since the database of tenants was last there; 0 while it is",
            &gauges.away_s,
        );
        gauges
    }

    fn set(&self, health: Health) {
        self.keys.set(health.n_keys as i64);
        self.waiting.set(health.n_waiting);
        self.away_s.set(health.away_s.unwrap_or_default() as i64);
    }
}

impl AlertMetrics {
    fn register(&self, registry: &mut Registry) {
        let mut count = |name: &str, help: &str, counter: &Counter| {
            registry.register(name, help, counter.clone());
        };
        count(
            "alerts_held",
            "Rules of the settings that held in a clip",
            &self.held,
        );
        count(
            "alerts_sent",
            "Messages about alerts that were taken",
            &self.sent,
        );
        count(
            "alerts_lost",
            "Messages about alerts that were given up",
            &self.lost,
        );
        let help = "Messages about alerts that wait to be sent";
        registry.register("alerts_waiting", help, self.waiting.clone());
    }
}

impl Hearing {
    fn registered(registry: &mut Registry) -> Self {
        let mut times = |name: &str, help: &str| {
            let histogram = Histogram::new(LATENCY_BOUNDS_S);
            registry.register(name, help, histogram.clone());
            histogram
        };
        let waited = times("queue_wait_seconds", "Time that a clip waited for its turn");
        let decoding = times("decoding_seconds", "Time to decode a clip, with its frames");
        let inference = times(
            "inference_seconds",
            "Time of the network for the clips that were heard together",
        );
        let together = Histogram::new(TOGETHER_BOUNDS);
        let help = "Clips that were heard together";
        registry.register("clips_together", help, together.clone());
        Self {
            waited,
            together,
            decoding,
            inference,
        }
    }
}

impl Observer for Metrics {
    fn heard(&self, clips: &Heard) {
        let observe =
            |histogram: &Histogram, time: &Duration| histogram.observe(time.as_secs_f64());
        let hearing = &self.hearing;
        clips
            .waited
            .iter()
            .for_each(|time| observe(&hearing.waited, time));
        clips
            .decoding
            .iter()
            .for_each(|time| observe(&hearing.decoding, time));
        observe(&hearing.inference, &clips.inference);
        hearing.together.observe(clips.waited.len() as f64);
    }
}

/// What the server does at this moment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Now {
    /// Clips that wait for their turn.
    pub n_waiting: usize,
    /// Threads that decode and recognise.
    pub n_recognizing: usize,
    /// Uploads that are in memory.
    pub n_uploads: usize,
    /// What they hold.
    pub n_upload_bytes: u64,
    /// How it stands with the database of tenants, where there is one.
    pub tenants: Option<Health>,
}

impl Metrics {
    /// All at 0.
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("banglaser");
        let answered = Family::default();
        let latency: Family<Route, Histogram, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(LATENCY_BOUNDS_S));
        let hearing = Hearing::registered(&mut registry);
        let waiting = Gauge::default();
        let recognizing = Gauge::default();
        registry.register(
            "clips_waiting",
            "Clips that wait for their turn now",
            waiting.clone(),
        );
        let uploading = Gauge::default();
        let upload_bytes = Gauge::default();
        let connections = Gauge::default();
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
        registry.register(
            "upload_bytes",
            "Bytes of uploads that are in memory now",
            upload_bytes.clone(),
        );
        registry.register(
            "connections",
            "Connections that are open now",
            connections.clone(),
        );
        let alerts = AlertMetrics::default();
        alerts.register(&mut registry);
        let tenants = TenantMetrics::registered(&mut registry);
        Self {
            registry,
            answered,
            latency,
            hearing,
            alerts,
            tenants,
            waiting,
            recognizing,
            uploading,
            upload_bytes,
            connections,
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

    /// Connections that are open now, for who counts them.
    pub fn connections(&self) -> Gauge {
        self.connections.clone()
    }

    /// What became of alerts, for who tells them.
    pub fn alerts(&self) -> AlertMetrics {
        self.alerts.clone()
    }

    /// OpenMetrics text.
    pub fn text(&self, now: Now) -> String {
        self.waiting.set(now.n_waiting as i64);
        self.recognizing.set(now.n_recognizing as i64);
        self.uploading.set(now.n_uploads as i64);
        self.upload_bytes.set(now.n_upload_bytes as i64);
        if let Some(health) = now.tenants {
            self.tenants.set(health);
        }
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
        metrics.heard(&Heard {
            waited: vec![Duration::from_millis(20), Duration::from_millis(200)],
            decoding: vec![Duration::from_millis(2); 2],
            inference: Duration::from_millis(7),
        });
        let text = metrics.text(Now {
            n_waiting: 3,
            n_recognizing: 2,
            n_uploads: 5,
            n_upload_bytes: 1000,
            tenants: Some(Health {
                away_s: Some(7),
                is_over: false,
                n_keys: 4,
                n_waiting: 9,
            }),
        });
        for line in [
            r#"banglaser_requests_total{route="/predict",status="200"} 2"#,
            r#"banglaser_requests_total{route="/predict",status="413"} 1"#,
            r#"banglaser_request_duration_seconds_bucket{le="0.05",route="/predict"} 2"#,
            "banglaser_clips_waiting 3",
            r#"banglaser_queue_wait_seconds_bucket{le="0.025"} 1"#,
            r#"banglaser_clips_together_bucket{le="2.0"} 1"#,
            "banglaser_decoding_seconds_count 2",
            r#"banglaser_inference_seconds_bucket{le="0.01"} 1"#,
            "banglaser_recognitions_in_progress 2",
            "banglaser_uploads_in_progress 5",
            "banglaser_upload_bytes 1000",
            "banglaser_tenant_keys 4",
            "banglaser_tenant_clips_waiting 9",
            "banglaser_tenant_database_away_seconds 7",
            "# EOF",
        ] {
            assert!(text.contains(line), "no {line} in\n{text}");
        }
    }
}
