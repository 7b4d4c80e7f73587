//! Which container and codec to record into.

use web_sys::MediaRecorder;

/// As `MediaRecorder` takes them, in order of preference; the server decodes each.
const MEDIA_TYPES: [&str; 5] = [
    "audio/webm;codecs=opus",
    "audio/ogg;codecs=opus",
    "audio/mp4;codecs=mp4a.40.2",
    "audio/mp4",
    "audio/webm",
];

/// The first media type that this browser records; `None` where it records none of them.
pub fn supported(user_agent: &str) -> Option<&'static str> {
    preferred(user_agent, MediaRecorder::is_type_supported)
}

/// Safari comes to MP4 first, because the WebM that some of its versions record is broken.
fn preferred(user_agent: &str, is_supported: impl Fn(&str) -> bool) -> Option<&'static str> {
    let is_safari = user_agent.contains("Safari/") && !user_agent.contains("Chrom");
    let supported = || MEDIA_TYPES.into_iter().filter(|name| is_supported(name));
    let mp4 = supported().find(|name| is_safari && name.starts_with("audio/mp4"));
    mp4.or_else(|| supported().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHROME: &str = "Mozilla/5.0 (X11) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36";
    const SAFARI: &str = "Mozilla/5.0 (Macintosh) AppleWebKit/605 Version/18.4 Safari/605.1.15";

    #[test]
    fn opus_first_where_everything_is_supported() {
        assert_eq!(preferred(CHROME, |_| true), Some("audio/webm;codecs=opus"));
    }

    #[test]
    fn safari_records_mp4_where_it_can() {
        assert_eq!(
            preferred(SAFARI, |_| true),
            Some("audio/mp4;codecs=mp4a.40.2")
        );
        let webm_only = |name: &str| name == "audio/webm";
        assert_eq!(preferred(SAFARI, webm_only), Some("audio/webm"));
    }

    #[test]
    fn takes_what_there_is() {
        let ogg_only = |name: &str| name.starts_with("audio/ogg");
        assert_eq!(preferred(CHROME, ogg_only), Some("audio/ogg;codecs=opus"));
        assert_eq!(preferred(CHROME, |_| false), None);
    }
}
