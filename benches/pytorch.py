"""Minimum and median times in ms of the stages that PyTorch, torchaudio and soundfile have too, on one thread; `cargo
xtask bench --pytorch` runs it. The weights are random: they don't change how long a network takes."""

import json
import pathlib
import statistics
import time

import soundfile
import torch
import torchaudio

SECONDS_PER_STAGE = 2
N_FRAMES, N_MELS, N_SPEECH, N_EMOTIONS, VOICE_SIZE = 126, 40, 44, 5, 5 * 256
# What the speaker encoder reads of a window, samples: 2.5 s.
N_READ = 40_000
CLIPS = pathlib.Path(__file__).parent.parent / "crates/audio/tests/formats/clips"


class PaperNetwork(torch.nn.Module):
    """Two bidirectional layers of 128 units, the last frame, two dense layers: 586,629 parameters."""

    def __init__(self):
        super().__init__()
        self.lstm = torch.nn.LSTM(N_MELS, 128, num_layers=2, batch_first=True, bidirectional=True)
        self.head = torch.nn.Sequential(
            torch.nn.BatchNorm1d(256), torch.nn.Linear(256, 64), torch.nn.ReLU(), torch.nn.Linear(64, N_EMOTIONS)
        )

    def forward(self, windows):
        return self.head(self.lstm(windows)[0][:, -1])


class ShippedNetwork(torch.nn.Module):
    """Two time-delay layers, a bidirectional layer of 48 units, attention, a voice vector: models/bilstm-v8 without its
    speaker encoder."""

    def __init__(self):
        super().__init__()
        self.delays = torch.nn.ModuleList(
            [torch.nn.Conv1d(N_SPEECH, 48, 5, padding=2), torch.nn.Conv1d(48, 48, 5, stride=2, padding=2)]
        )
        self.norms = torch.nn.ModuleList([torch.nn.LayerNorm(48), torch.nn.LayerNorm(48)])
        self.lstm = torch.nn.LSTM(48, 48, batch_first=True, bidirectional=True)
        self.attention = torch.nn.Sequential(torch.nn.Linear(96, 64), torch.nn.Tanh(), torch.nn.Linear(64, 1))
        pooled = 2 * (96 + N_SPEECH) + VOICE_SIZE
        self.head = torch.nn.Sequential(
            torch.nn.BatchNorm1d(pooled), torch.nn.Linear(pooled, 64), torch.nn.ReLU(), torch.nn.Linear(64, N_EMOTIONS)
        )

    def forward(self, windows):
        frames = windows
        for delay, norm in zip(self.delays, self.norms):
            frames = torch.relu(norm(delay(frames.mT).mT))
        frames = self.lstm(frames)[0]
        weights = torch.softmax(self.attention(frames), dim=1)
        equal = torch.full((1, windows.shape[1], 1), 1 / windows.shape[1])
        voices = torch.zeros(len(windows), VOICE_SIZE)
        return self.head(torch.cat([statistics_of(frames, weights), statistics_of(windows, equal), voices], dim=1))


class SpeakerEncoder(torch.nn.Module):
    """Mel energies of 25 ms every 20 ms, two layers of 256 units; means of both halves, deviation, extremes."""

    def __init__(self):
        super().__init__()
        self.bands = torchaudio.transforms.MelSpectrogram(
            16_000, n_fft=400, hop_length=320, n_mels=N_MELS, norm="slaney", mel_scale="slaney"
        )
        self.lstm = torch.nn.LSTM(N_MELS, VOICE_SIZE // 5, num_layers=2, batch_first=True)

    def forward(self, samples):
        frames = self.lstm(self.bands(samples).mT)[0]
        first, second = frames.chunk(2, dim=1)
        statistics = [first.mean(1), second.mean(1), frames.std(1, correction=0), frames.amax(1), frames.amin(1)]
        return torch.cat(statistics, dim=1)


def statistics_of(frames, weights):
    mean = (frames * weights).sum(1, keepdim=True)
    deviation = (((frames - mean) ** 2 * weights).sum(1) + 1e-4).sqrt()
    return torch.cat([mean.squeeze(1), deviation], dim=1)


def times_ms(stage):
    for _ in range(10):
        stage()
    times = []
    end = time.perf_counter() + SECONDS_PER_STAGE
    while time.perf_counter() < end:
        start = time.perf_counter()
        stage()
        times.append(time.perf_counter() - start)
    return [1000 * min(times), 1000 * statistics.median(times)]


def main():
    torch.set_num_threads(1)
    torch.manual_seed(1)
    log_mel = torch.nn.Sequential(
        torchaudio.transforms.MelSpectrogram(16_000, n_fft=1024, hop_length=512, n_mels=N_MELS),
        torchaudio.transforms.AmplitudeToDB(stype="power", top_db=None),
    )
    resample = torchaudio.transforms.Resample(48_000, 16_000)
    window = torch.rand(1, 4 * 16_000) - 0.5
    at_48_khz = torch.rand(1, 4 * 48_000) - 0.5
    stages = {
        "log-mel of 4 s": lambda: log_mel(window),
        "resample 4 s from 48 kHz": lambda: resample(at_48_khz),
    }
    for name, network, n_features in [
        ("the paper's network", PaperNetwork().eval(), N_MELS),
        ("the shipped network", ShippedNetwork().eval(), N_SPEECH),
    ]:
        for n_windows, windows in [(1, "1 window"), (32, "32 windows")]:
            batch = torch.randn(n_windows, N_FRAMES, n_features)
            stages[f"forward, {name}, {windows}"] = lambda network=network, batch=batch: network(batch)
    encoder = SpeakerEncoder().eval()
    for n_windows, windows in [(1, "1 window"), (8, "8 windows")]:
        samples = torch.rand(n_windows, N_READ) - 0.5
        stages[f"speaker encoder, {windows}"] = lambda samples=samples: encoder(samples)
    for clip in ["original.wav", "mp3_cbr.mp3", "vorbis.ogg", "opus_celt_stereo.opus"]:
        stages[f"decode {clip}"] = lambda clip=clip: soundfile.read(CLIPS / clip, dtype="float32")
    with torch.inference_mode():
        print(json.dumps({name: times_ms(stage) for name, stage in stages.items()}))


if __name__ == "__main__":
    main()
