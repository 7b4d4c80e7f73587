// Records a clip as Chromium's MediaRecorder writes it, for the test of its WebM.
// Usage: node record.mjs SPEECH_48K.wav OUTPUT.webm   (needs playwright-core and /usr/bin/chromium)
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { resolve } from 'node:path';
import { chromium } from 'playwright-core';

const [speech, output] = process.argv.slice(2);
const page_server = createServer((_, answer) => answer.setHeader('content-type', 'text/html').end('<title>record</title>'));
await new Promise((ready) => page_server.listen(0, '127.0.0.1', ready));

const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
        '--no-sandbox',
        '--use-fake-ui-for-media-stream',
        '--use-fake-device-for-media-stream',
        `--use-file-for-fake-audio-capture=${resolve(speech)}%noloop`,
    ],
});
const page = await browser.newPage();
await page.goto(`http://127.0.0.1:${page_server.address().port}/`);
const recording = await page.evaluate(async () => {
    const stream = await navigator.mediaDevices.getUserMedia({
        audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
    });
    const recorder = new MediaRecorder(stream, { mimeType: 'audio/webm;codecs=opus', audioBitsPerSecond: 24000 });
    const parts = [];
    recorder.ondataavailable = (event) => parts.push(event.data);
    const stopped = new Promise((done) => (recorder.onstop = done));
    recorder.start(500);
    await new Promise((later) => setTimeout(later, 3000));
    recorder.stop();
    await stopped;
    return [...new Uint8Array(await new Blob(parts).arrayBuffer())];
});
await writeFile(output, Uint8Array.from(recording));
await browser.close();
page_server.close();
