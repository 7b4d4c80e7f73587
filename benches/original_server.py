"""A stand-in of ours for the original application's server, so that `cargo xtask bench --server` has something to
compare with: FastAPI, soundfile (ffmpeg for what it cannot read), torchaudio and a one-directional LSTM of the original's
size (228 k parameters) in PyTorch on one thread. The weights are random: they don't change how long an answer takes.

    python benches/original_server.py PORT
"""

import io
import subprocess
import sys
import tempfile

import numpy
import soundfile
import torch
import torchaudio
import uvicorn
from fastapi import FastAPI, UploadFile

SAMPLE_RATE_HZ, WINDOW_SAMPLES, N_MELS = 16_000, 64_000, 40
LABELS = ["Angry", "Happy", "Sad", "Neutral", "Surprise"]


class Lstm(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = torch.nn.LSTM(N_MELS, 128, num_layers=2, batch_first=True)
        self.head = torch.nn.Sequential(
            torch.nn.BatchNorm1d(128), torch.nn.Linear(128, 64), torch.nn.ReLU(), torch.nn.Linear(64, len(LABELS))
        )

    def forward(self, windows):
        return self.head(self.lstm(windows)[0][:, -1])


def decode(clip):
    """Samples `[n_samples, n_channels]`, f32, and their rate."""
    try:
        return soundfile.read(io.BytesIO(clip), dtype="float32", always_2d=True)
    except soundfile.LibsndfileError:
        # A file, because an MP4 must be sought in.
        with tempfile.NamedTemporaryFile() as file:
            file.write(clip)
            file.flush()
            command = ["ffmpeg", "-v", "error", "-i", file.name, "-f", "f32le", "-ac", "1", "-ar", "44100", "-"]
            said = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
        return numpy.frombuffer(said, dtype="float32").reshape(-1, 1), 44_100


torch.set_num_threads(1)
torch.manual_seed(1)
network = Lstm().eval()
log_mel = torch.nn.Sequential(
    torchaudio.transforms.MelSpectrogram(SAMPLE_RATE_HZ, n_fft=1024, hop_length=512, n_mels=N_MELS),
    torchaudio.transforms.AmplitudeToDB(stype="power", top_db=None),
)
app = FastAPI()


@app.get("/health")
def health():
    return {"status": "healthy", "model_loaded": True, "device": "cpu"}


@app.post("/predict")
async def predict(file: UploadFile):
    samples, rate_hz = decode(await file.read())
    waveform = torch.from_numpy(samples.mean(axis=1).copy())
    with torch.inference_mode():
        if rate_hz != SAMPLE_RATE_HZ:
            waveform = torchaudio.transforms.Resample(rate_hz, SAMPLE_RATE_HZ)(waveform)
        waveform = torch.nn.functional.pad(waveform[:WINDOW_SAMPLES], (0, max(0, WINDOW_SAMPLES - len(waveform))))
        logits = network(log_mel(waveform).T.unsqueeze(0))
        probabilities = torch.softmax(logits, dim=1)[0].tolist()
    top = max(range(len(LABELS)), key=probabilities.__getitem__)
    return {
        "success": True,
        "top_emotion": {"label_en": LABELS[top], "confidence": round(100 * probabilities[top], 2)},
        "all_emotions": dict(zip(LABELS, probabilities)),
    }


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
