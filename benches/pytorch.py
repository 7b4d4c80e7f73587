"""Median times in ms of the stages that PyTorch and torchaudio have too, on one thread; `cargo xtask bench --pytorch`
runs it. The weights are random: they don't change how long an LSTM takes."""

import json
import statistics
import time

import torch
import torchaudio

SECONDS_PER_STAGE = 5
N_FRAMES, N_MELS, N_EMOTIONS = 126, 40, 5


class BiLstm(torch.nn.Module):
    """The paper's network: two bidirectional layers of 128 units, the last frame, two dense layers."""

    def __init__(self):
        super().__init__()
        self.lstm = torch.nn.LSTM(N_MELS, 128, num_layers=2, batch_first=True, bidirectional=True)
        self.head = torch.nn.Sequential(
            torch.nn.BatchNorm1d(256), torch.nn.Linear(256, 64), torch.nn.ReLU(), torch.nn.Linear(64, N_EMOTIONS)
        )

    def forward(self, windows):
        return self.head(self.lstm(windows)[0][:, -1])


def median_ms(stage):
    for _ in range(10):
        stage()
    times = []
    end = time.perf_counter() + SECONDS_PER_STAGE
    while time.perf_counter() < end:
        start = time.perf_counter()
        stage()
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


def main():
    torch.set_num_threads(1)
    torch.manual_seed(1)
    network = BiLstm().eval()
    log_mel = torch.nn.Sequential(
        torchaudio.transforms.MelSpectrogram(16_000, n_fft=1024, hop_length=512, n_mels=N_MELS),
        torchaudio.transforms.AmplitudeToDB(stype="power", top_db=None),
    )
    resample = torchaudio.transforms.Resample(48_000, 16_000)
    window = torch.rand(1, 4 * 16_000) - 0.5
    at_48_khz = torch.rand(1, 4 * 48_000) - 0.5
    one, many = (torch.randn(n_windows, N_FRAMES, N_MELS) for n_windows in (1, 32))
    with torch.inference_mode():
        times = {
            "forward, the paper's network, 1 window": median_ms(lambda: network(one)),
            "forward, the paper's network, 32 windows": median_ms(lambda: network(many)),
            "log-mel of 4 s": median_ms(lambda: log_mel(window)),
            "resample 4 s from 48 kHz": median_ms(lambda: resample(at_48_khz)),
        }
    print(json.dumps(times))


if __name__ == "__main__":
    main()
