#!/usr/bin/env python3
"""Writes what a transformer encoder tells of the test's signal, computed in float64 without any of the project's code.

    generate.py                 tiny.safetensors, a random encoder of the same kind, and tiny.bin
    generate.py --onnx FILE     whisper.bin, of the first two blocks of smart-turn-v3.2-cpu.onnx (needs onnx)

Needs numpy. The steps are those of the graph with all that it quantises between its layers left out. `*.bin` are
little-endian f32: for block 1 and block 2 the five statistics of the frames behind it.
"""

import argparse
import json
import math
import pathlib
import struct

import numpy as np

FOLDER = pathlib.Path(__file__).parent
RATE_HZ, N_FFT, HOP, N_BANDS, CONTEXT = 16_000, 400, 160, 80, 128_000
erf = np.vectorize(math.erf)


def signal(n_samples):
    """Whole numbers until the last step, so that every language gets the same samples."""
    n = np.arange(n_samples, dtype=np.int64)
    saw = (n * (3 + n // 900)) % 101 - 50
    noise = (n * n * 7919 + n * 104_729) % 1009 - 504
    return (saw * 64 + noise * 4).astype(np.float32).astype(np.float64) / 32768


def slaney_hz(mel):
    return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp(np.log(6.4) / 27 * (mel - 15)))


def bands_of(samples):
    corners = slaney_hz(np.linspace(0, 15 + np.log(8) / (np.log(6.4) / 27), N_BANDS + 2))
    bins = np.linspace(0, RATE_HZ / 2, N_FFT // 2 + 1)
    rise = (bins - corners[:-2, None]) / (corners[1:-1] - corners[:-2])[:, None]
    fall = (corners[2:, None] - bins) / (corners[2:] - corners[1:-1])[:, None]
    filters = np.maximum(0, np.minimum(rise, fall)) * (2 / (corners[2:] - corners[:-2]))[:, None]
    mean = samples.sum() / CONTEXT
    deviation = np.sqrt((samples**2).sum() / CONTEXT - mean**2)
    padded = np.pad((samples - mean) / deviation, N_FFT // 2, mode="reflect")
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(N_FFT) / N_FFT)
    frames = np.lib.stride_tricks.sliding_window_view(padded, N_FFT)[::HOP] * window
    log = np.log10(np.maximum(np.abs(np.fft.rfft(frames)) ** 2 @ filters.T, 1e-10))[:-1]
    return (np.maximum(log, log.max() - 8) + 4) / 4


def gelu(x):
    return x * (1 + erf(x / math.sqrt(2))) / 2


def normalised(frames, weight=1.0, bias=0.0):
    centred = frames - frames.mean(1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(1, keepdims=True) + 1e-5) * weight + bias


class Encoder:
    """Of tensors under the names of the encoder's file."""

    def __init__(self, tensors, n_heads):
        self.tensors, self.n_heads = tensors, n_heads

    def weight(self, name):
        weight = self.tensors[name + ".weight"].astype(np.float64)
        return weight * self.tensors[name + ".scale"].reshape(-1, *[1] * (weight.ndim - 1))

    def layer(self, name, rows):
        weight = self.weight(name)
        return rows @ weight.reshape(len(weight), -1).T + self.tensors[name + ".bias"]

    def norm(self, name, frames):
        return normalised(frames, self.tensors[name + ".weight"], self.tensors[name + ".bias"])

    def convolution(self, name, frames, stride):
        padded = np.pad(frames, ((1, 1), (0, 0)))
        rows = [padded[at : at + 3].ravel() for at in range(0, len(frames), stride)]
        return gelu(self.layer(name, np.array(rows)))

    def attention(self, name, frames):
        size = frames.shape[1] // self.n_heads
        query, key, value = (self.layer(f"{name}.{part}", frames) for part in ("query", "key", "value"))
        heads = []
        for head in range(self.n_heads):
            at = slice(head * size, (head + 1) * size)
            scores = query[:, at] @ key[:, at].T / math.sqrt(size)
            weights = np.exp(scores - scores.max(1, keepdims=True))
            heads.append(weights / weights.sum(1, keepdims=True) @ value[:, at])
        return self.layer(f"{name}.output", np.concatenate(heads, 1))

    def statistics(self, bands):
        frames = self.convolution("stem.1", self.convolution("stem.0", bands, 1), 2)
        frames = frames + self.weight("positions")[-len(frames) :]
        found = []
        for block in ("blocks.0", "blocks.1"):
            frames = frames + self.attention(block, self.norm(block + ".attention_norm", frames))
            read = self.norm(block + ".feed_forward_norm", frames)
            frames = frames + self.layer(block + ".contract", gelu(self.layer(block + ".expand", read)))
            plain = normalised(frames)
            half = -(-len(plain) // 2)
            means = plain[:half].mean(0), plain[-half:].mean(0)
            found += [*means, plain.std(0), plain.max(0), plain.min(0)]
        return np.concatenate(found)


def whisper(file):
    import onnx

    graph = onnx.load(file).graph
    found = {one.name: onnx.numpy_helper.to_array(one) for one in graph.initializer}
    tensors = {}

    def take(name, weight, scale, bias):
        tensors.update({name + ".weight": weight, name + ".scale": scale, name + ".bias": bias})

    for at, conv in enumerate(("inner.encoder.conv1", "inner.encoder.conv2")):
        bias = found[conv + ".bias_quantized"] * found[conv + ".bias_quantized_scale"]
        take(f"stem.{at}", found[conv + ".weight_quantized"].transpose(0, 2, 1), found[conv + ".weight_scale"], bias)
    positions = found["inner.encoder.embed_positions.weight"]
    take("positions", positions, np.ones(len(positions)), 0)
    matrices = (17, 25, 32, 75, 79, 88), (92, 100, 107, 148, 152, 161)
    biases = "self_attn.q_proj", None, "self_attn.v_proj", "self_attn.out_proj", "fc1", "fc2"
    for at, numbers in enumerate(matrices):
        theirs = f"inner.encoder.layers.{at}."
        for name, norm in ("attention_norm", "self_attn_layer_norm"), ("feed_forward_norm", "final_layer_norm"):
            for part in ("weight", "bias"):
                tensors[f"blocks.{at}.{name}.{part}"] = found[f"{theirs}{norm}.{part}"]
        names = "query", "key", "value", "output", "expand", "contract"
        for name, number, bias in zip(names, numbers, biases):
            bias = found[f"{theirs}{bias}.bias"] if bias else 0
            take(f"blocks.{at}.{name}", found[f"val_{number}_quantized"].T, found[f"val_{number}_scale"], bias)
    return Encoder(tensors, 6)


def tiny():
    random = np.random.default_rng(7)
    width, expanded, n_positions = 24, 40, 30
    tensors = {}

    def layer(name, n_outputs, *inputs):
        scale = random.uniform(0.5, 2, n_outputs) / 60 / math.sqrt(math.prod(inputs))
        tensors[name + ".weight"] = random.integers(-127, 128, (n_outputs, *inputs)).astype(np.int8)
        tensors[name + ".scale"] = scale.astype(np.float32)
        tensors[name + ".bias"] = random.normal(0, 0.3, n_outputs).astype(np.float32)

    layer("stem.0", width, 3, N_BANDS)
    layer("stem.1", width, 3, width)
    tensors["positions.weight"] = random.integers(-32767, 32768, (n_positions, width)).astype(np.int16)
    tensors["positions.scale"] = random.uniform(1e-6, 2e-5, n_positions).astype(np.float32)
    for block in ("blocks.0", "blocks.1"):
        for norm in ("attention_norm", "feed_forward_norm"):
            tensors[f"{block}.{norm}.weight"] = random.uniform(0.5, 3, width).astype(np.float32)
            tensors[f"{block}.{norm}.bias"] = random.normal(0, 1, width).astype(np.float32)
        for name in ("query", "key", "value", "output"):
            layer(f"{block}.{name}", width, width)
        layer(f"{block}.expand", expanded, width)
        layer(f"{block}.contract", width, expanded)
    return Encoder(tensors, 3)


def write_safetensors(file, encoder):
    kinds = {"int8": "I8", "int16": "I16", "float32": "F32"}
    header, content = {"__metadata__": {"n_heads": str(encoder.n_heads)}}, b""
    for name, tensor in sorted(encoder.tensors.items(), key=lambda one: (-one[1].itemsize, one[0])):
        values = np.ascontiguousarray(tensor).tobytes()
        offsets = [len(content), len(content) + len(values)]
        header[name] = {"dtype": kinds[tensor.dtype.name], "shape": tensor.shape, "data_offsets": offsets}
        content += values
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    file.write_bytes(struct.pack("<Q", len(text)) + text + content)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--onnx", type=pathlib.Path)
    onnx = parser.parse_args().onnx
    encoder, name, n_samples = (whisper(onnx), "whisper", 40_000) if onnx else (tiny(), "tiny", 7_000)
    if not onnx:
        write_safetensors(FOLDER / "tiny.safetensors", encoder)
    encoder.statistics(bands_of(signal(n_samples))).astype("<f4").tofile(FOLDER / f"{name}.bin")


main()
