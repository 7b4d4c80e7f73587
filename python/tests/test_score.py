"""What the package says of clips that are synthesised here: python -m unittest discover python/tests"""

import pathlib
import pickle
import tempfile
import threading
import unittest

import numpy

import banglaser

RATE = 16_000


def syllables(duration_s):
    """A gliding voice that opens and closes three times a second, as tests/clips/mod.rs makes it."""
    time_s = numpy.arange(int(duration_s * RATE)) / RATE
    phase = 2 * numpy.pi * (140 * time_s + 1.5 * numpy.sin(2 * numpy.pi * 1.5 * time_s))
    opening = 0.5 - 0.5 * numpy.cos(2 * numpy.pi * 3 * time_s)
    brightness = 0.3 + 0.6 * opening
    harmonics = sum(brightness ** (n / 3) * numpy.sin(phase * n) for n in range(1, 30))
    return (0.1 * opening * harmonics).astype("f4")


class Scores(unittest.TestCase):
    def test_array_bytes_and_path_are_one_clip(self):
        samples = syllables(3.0)
        first = banglaser.score(samples, RATE)
        self.assertEqual(first["duration_s"], 3.0)
        self.assertAlmostEqual(sum(first["probabilities"].values()), 1.0, places=3)
        self.assertIn(first["emotion"], banglaser.Scorer().labels)
        clip = banglaser._wav(samples, RATE)
        self.assertEqual(banglaser.score(clip), first)
        self.assertEqual(banglaser.score(bytearray(clip)), first)
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "কথা.wav")
            path.write_bytes(clip)
            self.assertEqual(banglaser.score(path), first)
            self.assertEqual(banglaser.score(str(path)), first)
        self.assertEqual(banglaser.score(numpy.stack([samples, samples], axis=1), RATE)["emotion"], first["emotion"])

    def test_windows_tell_how_strongly_unless_they_are_neutral(self):
        score = banglaser.score(syllables(9.0), RATE)
        parts = [*score["windows"], *banglaser.Scorer(speakers=1).score(syllables(9.0), RATE)["windows"]]
        for part in parts:
            top = max(part["probabilities"], key=part["probabilities"].get)
            self.assertEqual("intensity" in part, top != "neutral", part)
        strengths = [part["intensity"] for part in [score, *parts] if "intensity" in part]
        for strength in strengths:
            third = ["mild", "moderate", "strong"].index(strength["word"])
            self.assertTrue(third / 3 - 1e-6 <= strength["value"] <= (third + 1) / 3 + 1e-6, strength)
        self.assertEqual(score["outcome"] == "unclear" or score["emotion"] == "neutral", "intensity" not in score)

    def test_integers_are_samples_too(self):
        whole = (0.5 * syllables(2.0) * 32768).round().astype("i2")
        expected = banglaser.score((whole / 32768).astype("f4"), RATE)
        self.assertEqual(banglaser.score(whole, RATE), expected)
        unsigned = (whole // 256 + 128).astype("u1")
        signed = (whole // 256).astype("i1")
        self.assertEqual(banglaser.score(unsigned, RATE), banglaser.score(signed, RATE))

    def test_bad_clips_are_values(self):
        scores = banglaser.score_many([b"", b"no audio", numpy.zeros(RATE, "f4"), syllables(0.1)], RATE)
        codes = [score["error"]["code"] for score in scores]
        self.assertEqual(codes, ["empty_file", "unsupported_audio", "no_speech", "too_short"])
        self.assertAlmostEqual(scores[3]["error"]["duration_s"], 0.1, places=3)

    def test_what_is_no_clip_is_an_error(self):
        with self.assertRaisesRegex(TypeError, "sample_rate"):
            banglaser.score(syllables(1.0))
        with self.assertRaises(ValueError):
            banglaser.score(numpy.zeros((2, 2, 2)), RATE)
        with self.assertRaisesRegex(OSError, "nowhere.wav"):
            banglaser.score("nowhere.wav")
        with self.assertRaisesRegex(OSError, "nowhere"):
            banglaser.Scorer("nowhere")
        with self.assertRaisesRegex(ValueError, "auto"):
            banglaser.Scorer(speakers=9)
        with self.assertRaises(ValueError):
            banglaser.Scorer(channels="left")

    def test_many_keep_their_order_and_become_a_table(self):
        durations_s = [1.0, 2.5, 1.5, 0.1, 2.0]
        scores = banglaser.score_many([syllables(duration_s) for duration_s in durations_s], RATE, threads=3)
        table = scores.to_pandas()
        heard = table["duration_s"].tolist()
        self.assertEqual(heard[:3] + heard[4:], [1.0, 2.5, 1.5, 2.0])
        self.assertEqual(table["error"].tolist()[3], "too_short")
        self.assertEqual(scores[1], banglaser.score(syllables(2.5), RATE))
        labels = [name for name in table if name.startswith("p_")]
        self.assertEqual(labels, [f"p_{label}" for label in sorted(banglaser.Scorer().labels)])

    def test_other_threads_run_meanwhile(self):
        ticks, is_over = [], threading.Event()

        def tick():
            while not is_over.wait(0.001):
                ticks.append(None)

        ticking = threading.Thread(target=tick)
        ticking.start()
        before = len(ticks)
        banglaser.score_many([syllables(30.0)] * 4, RATE, threads=1)
        n_ticks = len(ticks) - before
        is_over.set()
        ticking.join()
        self.assertGreater(n_ticks, 5)

    def test_voices_are_told_apart_where_that_is_asked(self):
        scorer = banglaser.Scorer(speakers=1)
        turns = scorer.score(syllables(4.0), RATE)["turns"]
        self.assertEqual(turns[0]["speaker"], "A")

    def test_functions_travel_to_other_processes(self):
        self.assertIs(pickle.loads(pickle.dumps(banglaser.score)), banglaser.score)


if __name__ == "__main__":
    unittest.main()
