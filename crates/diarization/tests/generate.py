"""Writes voice.bin: what Resemblyzer's encoder says of `signal` in shipped.rs, in torch.

    pip install torch numpy; pip download --no-deps Resemblyzer==0.1.4; unzip it
    python generate.py resemblyzer/pretrained.pt
"""

import sys

import numpy as np
import torch

RATE_HZ = 16_000


def signal() -> np.ndarray:
    n = np.arange(25_600, dtype=np.int64)
    saw = (n * (3 + n // 900)) % 101 - 50
    noise = (n * n * 7919 + n * 104_729) % 1009 - 504
    return ((saw * 64 + noise * 4) / 32_768).astype(np.float32)


def mel_bands() -> np.ndarray:
    """Slaney's triangles of equal area, [40, 201]."""
    linear, log_step = 200 / 3, np.log(6.4) / 27
    knee = 1000 / linear
    top = knee + np.log(8000 / 1000) / log_step
    mels = np.linspace(0, top, 42)
    corners = np.where(mels < knee, mels * linear, 1000 * np.exp(log_step * (mels - knee)))
    bins = np.linspace(0, 8000, 201)
    rising = (bins - corners[:-2, None]) / (corners[1:-1] - corners[:-2])[:, None]
    falling = (corners[2:, None] - bins) / (corners[2:] - corners[1:-1])[:, None]
    triangles = np.maximum(0, np.minimum(rising, falling))
    return triangles * (2 / (corners[2:] - corners[:-2]))[:, None]


def main() -> None:
    state = torch.load(sys.argv[1], map_location="cpu", weights_only=False)["model_state"]
    layers = torch.nn.LSTM(40, 256, 3, batch_first=True)
    layers.load_state_dict({k[5:]: v for k, v in state.items() if k.startswith("lstm.")})
    linear = torch.nn.Linear(256, 256)
    linear.load_state_dict({k[7:]: v for k, v in state.items() if k.startswith("linear.")})
    spectrum = torch.stft(
        torch.tensor(signal()),
        400,
        160,
        window=torch.hann_window(400),
        pad_mode="constant",
        return_complex=True,
    )
    power = torch.tensor(mel_bands(), dtype=torch.float32) @ spectrum.abs() ** 2
    # The level of voice_bands.rs.
    power *= 0.009_34 / power.mean()
    with torch.no_grad():
        _, (last, _) = layers(power.T[None])
        vector = torch.relu(linear(last[-1]))[0]
    (vector / vector.norm()).numpy().astype("<f4").tofile("voice.bin")


main()
