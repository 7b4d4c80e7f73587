#!/usr/bin/env python3
"""Writes expected.bin: what transformers' WhisperFeatureExtractor(chunk_length=8) makes of the test's signal.

Needs numpy. The steps are those of its documentation, in float64 and on the whole 8 s, with the speech at their end;
of the 800 frames those of the speech are kept but the first two, in which the silence before it is heard.
"""

import pathlib

import numpy as np

RATE_HZ, N_FFT, HOP, N_MELS = 16_000, 400, 160, 80
CONTEXT = 8 * RATE_HZ
N_SAMPLES = 30 * HOP


def signal():
    """Without a mean, and whole numbers until the last step, so that every language gets the same samples."""
    n = np.arange(N_SAMPLES + 1, dtype=np.int64)
    saw = (n * (3 + n // 900)) % 101
    noise = (n * n * 7919 + n * 104_729) % 1009
    return np.diff(saw * 64 + noise * 4).astype(np.float32) / np.float32(32768)


def slaney_hz(mel):
    step = np.log(6.4) / 27
    return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp(step * (mel - 15)))


def filters():
    top = 15 + np.log(8) / (np.log(6.4) / 27)
    corners = slaney_hz(np.linspace(0, top, N_MELS + 2))
    bins = np.linspace(0, RATE_HZ / 2, N_FFT // 2 + 1)
    rise = (bins - corners[:-2, None]) / (corners[1:-1] - corners[:-2])[:, None]
    fall = (corners[2:, None] - bins) / (corners[2:] - corners[1:-1])[:, None]
    area = 2 / (corners[2:] - corners[:-2])
    return np.maximum(0, np.minimum(rise, fall)) * area[:, None]


speech = signal().astype(np.float64)
context = np.concatenate([np.zeros(CONTEXT - N_SAMPLES), speech])
context = (context - context.mean()) / np.sqrt(context.var() + 1e-7)
padded = np.pad(context, N_FFT // 2, mode="reflect")
window = np.hanning(N_FFT + 1)[:-1]
frames = np.lib.stride_tricks.sliding_window_view(padded, N_FFT)[::HOP] * window
power = np.abs(np.fft.rfft(frames)) ** 2
log = np.log10(np.maximum(power @ filters().T, 1e-10))[:-1]
bands = (np.maximum(log, log.max() - 8) + 4) / 4
first = (CONTEXT - N_SAMPLES) // HOP + 2
bands[first:].astype("<f4").tofile(pathlib.Path(__file__).with_name("expected.bin"))
