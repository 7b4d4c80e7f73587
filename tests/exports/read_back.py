"""Opens exported files with the libraries of the tools that they are for, and compares them with what was exported.

    python tests/exports/read_back.py <target>/tmp/exports

`cargo test -p export` writes that folder (crates/export/tests/read_back.rs): for each clip every format, and
`heard.json`. Praat itself is asked where it is installed.
"""

import csv
import html
import json
import re
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import webvtt
from praatio import textgrid
from pympi.Elan import Eaf

PRAAT_SCRIPT = Path(__file__).with_name("list_intervals.praat")
COLUMNS = ["file", "start_s", "end_s", "channel", "speaker", "outcome", "emotion", "confidence", "band", "intensity", "corrected"]
FORMULA = tuple("=+-@\t\r＝＋－＠")


def equal(found, expected, what):
    if found != expected:
        raise AssertionError(f"{what}:\n  found    {found!r}\n  expected {expected!r}")


def number(value):
    """Four decimals, a half away from 0."""
    return f"{int(value * 1e4 + 0.5) / 1e4:.4f}"


def milliseconds(seconds):
    return round(float(seconds) * 1000)


class Clip:
    """What was exported: of each interval times, voice, word and certainty as the formats say them."""

    def __init__(self, folder):
        heard = json.loads((folder / "heard.json").read_text("utf-8"))
        self.folder, self.name, self.model = folder, heard["name"], heard["model"]
        self.labels, self.confidence = heard["labels"], heard["confidence"]
        self.duration_ms = max(1, milliseconds(heard["duration_s"]))
        self.intervals = heard["intervals"]
        for one in self.intervals:
            assert 0 <= one["start_ms"] < one["end_ms"] <= self.duration_ms, one
            channel = "" if one["channel"] is None else f"channel {one['channel']}"
            one["voice"] = one["speaker"] or channel
            one["word"] = one["certainty"] = one["said"] = ""
            if told := one["heard"]:
                is_unclear = told["outcome"] == "unclear"
                percent = int(told["confidence"] * 100 + 0.5)
                one["word"] = "unclear" if is_unclear else told["emotion"]
                one["said"] = "unclear" if is_unclear else f"{told['emotion']} {percent} %"
                one["certainty"] = " ".join([number(told["confidence"])] + [told["band"]] * bool(told["band"]))
            if one["corrected"]:
                one["word"], one["certainty"] = one["corrected"], "corrected"
                one["said"] = f"{one['corrected']} (corrected)"
            one["caption"] = ": ".join(text for text in (one["voice"], one["said"]) if text)

    def file(self, name):
        return self.folder / name

    def text(self, name):
        return self.file(name).read_bytes().decode("utf-8")

    def voices(self):
        """The intervals of each voice; of nobody where there are none."""
        voices = {}
        for one in self.intervals:
            voices.setdefault(one["voice"], []).append(one)
        return dict(sorted(voices.items())) or {"": []}

    def expected(self, *keys):
        return [tuple(one[key] for key in ("start_ms", "end_ms") + keys) for one in self.intervals]

    def expected_tiers(self):
        """Of a TextGrid: by name the intervals that have a text."""
        tiers = {}
        for voice, intervals in self.voices().items():
            is_speaker = any(one["speaker"] for one in intervals)
            for of, key in [("emotion", "word"), ("certainty", "certainty")] + [("speaker", "voice")] * is_speaker:
                spans = [(one["start_ms"], one["end_ms"], one[key]) for one in intervals]
                tiers[f"{of} {voice}".strip()] = [span for span in spans if span[2]]
        return tiers


def check_csv(clip):
    with clip.file("csv.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, strict=True))
    equal(rows[0], COLUMNS + [f"p_{label}" for label in clip.labels], "columns")
    name = "'" + clip.name if clip.name.startswith(FORMULA) else clip.name
    expected = []
    for one in clip.intervals:
        told = one["heard"]
        channel = "" if one["channel"] is None else str(one["channel"])
        row = [name, f"{one['start_ms'] / 1000:.3f}", f"{one['end_ms'] / 1000:.3f}", channel, one["speaker"] or ""]
        corrected = one["corrected"] or ""
        if told:
            word = "unclear" if told["outcome"] == "unclear" else told["emotion"]
            row += [told["outcome"], word, number(told["confidence"]), told["band"] or ""]
            row += ["" if told["intensity"] is None else number(told["intensity"]["value"]), corrected]
            row += [number(told["probabilities"][label]) for label in clip.labels]
        else:
            row += [""] * 5 + [corrected]
        expected.append(row + [""] * (len(rows[0]) - len(row)))
    equal(rows[1:], expected, "rows")
    outside_quotes = re.sub('"[^"]*"', "", clip.text("csv.csv"))
    assert re.fullmatch(r"([^\r\n]*\r\n)+", outside_quotes), "lines do not end with CRLF"


def check_textgrid(clip):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        grid = textgrid.openTextgrid(
            str(clip.file("textgrid.TextGrid")), includeEmptyIntervals=True, reportingMode="error"
        )
    equal((grid.minTimestamp, milliseconds(grid.maxTimestamp)), (0, clip.duration_ms), "length of the TextGrid")
    found = {}
    for name in grid.tierNames:
        entries = [(milliseconds(one.start), milliseconds(one.end), one.label) for one in grid.getTier(name).entries]
        check_tiling(entries, clip.duration_ms, name)
        found[name] = [entry for entry in entries if entry[2]]
    equal(found, clip.expected_tiers(), "tiers")


def check_tiling(entries, duration_ms, name):
    starts, ends = [one[0] for one in entries], [one[1] for one in entries]
    equal((starts, ends[-1]), ([0] + ends[:-1], duration_ms), f"tier {name}")


def check_praat(clip):
    """Praat says nothing but what the script prints, and reads the same."""
    command = ["praat", "--run", "--no-plugins", str(PRAAT_SCRIPT), str(clip.file("textgrid.TextGrid"))]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    equal((done.returncode, done.stderr.decode()), (0, ""), "what Praat says")
    text = done.stdout.decode("utf-8")
    lines = [line.split("\t") for line in text.splitlines()]
    equal([lines[0][0], milliseconds(lines[0][1])], ["end", clip.duration_ms], "length in Praat")
    found = {}
    for name, start, end, label in lines[1:]:
        found.setdefault(name, []).append((milliseconds(start), milliseconds(end), label))
    for name, entries in found.items():
        check_tiling(entries, clip.duration_ms, name)
    found = {name: [entry for entry in entries if entry[2]] for name, entries in found.items()}
    equal(found, clip.expected_tiers(), "tiers in Praat")


def check_eaf(clip):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        eaf = Eaf(str(clip.file("eaf.eaf")))
    expected = [f"{of} {voice}".strip() for voice in clip.voices() for of in ("emotion", "certainty", "probabilities")]
    equal(list(eaf.get_tier_names()), expected, "tiers of ELAN")
    times = list(eaf.timeslots.values())
    equal(times, sorted(times), "TIME_ORDER")
    for voice, intervals in clip.voices().items():
        parent = f"emotion {voice}".strip()
        found = sorted(eaf.get_annotation_data_for_tier(parent))
        equal(found, [(one["start_ms"], one["end_ms"], one["word"]) for one in intervals], parent)
        participant = intervals[0]["speaker"] if intervals else None
        equal(eaf.get_parameters_for_tier(parent).get("PARTICIPANT"), participant, "PARTICIPANT")
        told = [one for one in intervals if one["heard"] or one["corrected"]]
        for of, text in [("certainty", lambda one: one["certainty"]), ("probabilities", probabilities(clip))]:
            name = f"{of} {voice}".strip()
            found = sorted(one[:3] for one in eaf.get_ref_annotation_data_for_tier(name))
            equal(found, [(one["start_ms"], one["end_ms"], text(one)) for one in told], name)
            equal(eaf.get_parameters_for_tier(name)["PARENT_REF"], parent, "PARENT_REF")
    encoded = "".join(percent_encoded(one) for one in clip.name)
    equal([one["RELATIVE_MEDIA_URL"] for one in eaf.get_linked_files()], ["./" + encoded], "media")
    equal(dict(eaf.get_properties())["model"], clip.model, "model")
    equal(set(eaf.constraints), {"Symbolic_Association"}, "constraints")


def probabilities(clip):
    return lambda one: " ".join(f"{label} {number(one['heard']['probabilities'][label])}" for label in clip.labels if one["heard"])


def percent_encoded(one):
    is_odd = ord(one) < 0x20 or 0x7F <= ord(one) < 0xA0 or one in "\ufffe\uffff"
    return "".join(f"%{byte:02X}" for byte in one.encode()) if is_odd else one


def check_audacity(clip):
    lines = clip.text("audacity.txt").split("\n")
    equal(lines.pop(), "", "the end of the last line")
    rows = [re.fullmatch(r"(\d+\.\d+)\t(\d+\.\d+)\t([^\t\r]+)", line).groups() for line in lines]
    found = [(milliseconds(start), milliseconds(end), label) for start, end, label in rows]
    equal(found, clip.expected("caption"), "labels of Audacity")


def check_vtt(clip):
    found = [
        (one.start_time.in_milliseconds(), one.end_time.in_milliseconds(), html.unescape(one.voice or ""), one.text)
        for one in webvtt.read(str(clip.file("vtt.vtt")))
    ]
    expected = [one[:3] + (one[3] or "…",) for one in clip.expected("voice", "said")]
    equal(found, expected, "cues of WebVTT")


def check_srt(clip):
    if not clip.intervals:
        equal(clip.text("srt.srt"), "", "subtitles of nothing")
        return
    cues = clip.text("srt.srt").split("\n\n")
    equal([cue.split("\n")[0] for cue in cues], [str(idx + 1) for idx in range(len(cues) - 1)] + [""], "numbers")
    found = [
        (one.start_time.in_milliseconds(), one.end_time.in_milliseconds(), one.text)
        for one in webvtt.from_srt(str(clip.file("srt.srt")))
    ]
    expected = [one[:2] + (one[2] if one[3] else f"{one[2]}: …",) for one in clip.expected("caption", "said")]
    equal(found, expected, "cues of SubRip")


def check_rttm(clip):
    text = clip.text("rttm.rttm")
    # What Python's split() takes for a blank is what scorers do.
    rows = [line.split() for line in text.splitlines()]
    found, files = [], set()
    for row in rows:
        equal(len(row), 10, f"fields of {row}")
        kind, file, channel, start, length, orthography, subtype, name, confidence, lookahead = row
        equal((kind, {orthography, subtype, confidence, lookahead}), ("SPEAKER", {"<NA>"}), "fields")
        start_ms = milliseconds(start)
        found.append((start_ms, start_ms + milliseconds(length), int(channel), name))
        files.add(file)
    expected = [
        (start_ms, end_ms, 1 + (channel or 0), "_".join(voice.split(" ")) or "speech")
        for start_ms, end_ms, channel, voice in clip.expected("channel", "voice")
    ]
    equal(found, expected, "turns of RTTM")
    assert len(files) == bool(rows), files


def check_label_studio(clip):
    tasks = json.loads(clip.text("labelstudio.json"))
    equal([set(task) for task in tasks], [{"data", "predictions"}], "tasks")
    equal(tasks[0]["data"], {"audio": clip.name}, "data")
    (prediction,) = tasks[0]["predictions"]
    equal(set(prediction), {"model_version", "score", "result"}, "prediction")
    equal(prediction["model_version"], clip.model, "model_version")
    equal(f"{prediction['score']:.4f}", number(clip.confidence), "score")
    found = {}
    for region in prediction["result"]:
        equal(region["to_name"], "audio", "to_name")
        equal(milliseconds(region["original_length"]), clip.duration_ms, "original_length")
        kind, value = region["type"], region["value"]
        equal(region["from_name"], {"labels": "speaker", "choices": "emotion"}[kind], "from_name")
        equal(set(value), {"start", "end", "channel", kind}, "value")
        (label,) = value[kind]
        place = (milliseconds(value["start"]), milliseconds(value["end"]), value["channel"])
        one = found.setdefault(region["id"], {"place": place})
        equal((one["place"], kind in one), (place, False), f"region {region['id']}")
        one[kind] = label
        if kind == "choices":
            one["score"] = f"{region['score']:.4f}" if "score" in region else None
    expected = []
    for one in clip.intervals:
        place = (one["start_ms"], one["end_ms"], one["channel"] or 0)
        expected.append({"place": place, "labels": one["voice"] or "speech"})
        if (told := one["heard"]) or one["corrected"]:
            score = None if one["corrected"] else number(told["confidence"])
            expected[-1] |= {"choices": one["word"], "score": score}
    equal(list(found.values()), expected, "regions")


def main():
    clips = [Clip(file.parent) for file in sorted(Path(sys.argv[1]).glob("*/heard.json"))]
    assert len(clips) > 5, f"no clips in {sys.argv[1]}: `cargo test -p export` writes them"
    checks = [
        check_csv, check_textgrid, check_eaf, check_audacity, check_vtt, check_srt, check_rttm, check_label_studio,
    ]
    if shutil.which("praat"):
        checks.append(check_praat)
    else:
        print("SKIPPED: praat is not installed, no TextGrid was opened with it", file=sys.stderr)
    failures = []
    for check in checks:
        for clip in clips:
            try:
                check(clip)
            except Exception as error:
                failures.append(f"{check.__name__} of {clip.folder.name}: {type(error).__name__}: {error}")
    n_intervals = sum(len(clip.intervals) for clip in clips)
    print(f"{len(clips)} clips, {n_intervals} intervals, {len(checks)} readers, {len(failures)} failures")
    sys.exit("\n".join(failures) or None)


if __name__ == "__main__":
    main()
