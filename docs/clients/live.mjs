// Sends a WAV file (16 kHz, mono, 16 bit) as it would be spoken, and prints what is told: node live.mjs CLIP.wav [URL]
// Node 22 and browsers have WebSocket; Node 20 with --experimental-websocket. For a microphone see AudioWorklet.
import { readFileSync } from "node:fs";

const [path, url = "ws://127.0.0.1:3000/api/v1/live"] = process.argv.slice(2);
const HEADER_BYTES = 44;
const PIECE_S = 0.1;
const PIECE_BYTES = 2 * 16_000 * PIECE_S;

const samples = readFileSync(path).subarray(HEADER_BYTES);
const live = new WebSocket(url);
live.onopen = async () => {
  for (let at = 0; at < samples.length; at += PIECE_BYTES) {
    live.send(samples.subarray(at, at + PIECE_BYTES));
    await new Promise((resolve) => setTimeout(resolve, PIECE_S * 1000));
  }
  live.send(JSON.stringify({ type: "session.close" }));
};
live.onmessage = ({ data }) => {
  const { type, emotion = "", band = "", end_s = "" } = JSON.parse(data);
  console.log(type, emotion, band, end_s);
};
live.onerror = () => process.exit(1);
