// What a telephone line does to speech: 48 kHz down to µ-law at 8 kHz and up again, in packets of 20 ms as they come.
import { decodeMulaw, encodeMulaw, floatFromPcm16, LoudnessMeter, pcm16FromFloat, Resampler } from 'bargein/audio';

const DEVICE_RATE = 48_000;
const LINE_RATE = 8_000;
const PACKET_FRAMES = 960; // 20 ms at 48 kHz
const PACKETS = 50;

using down = new Resampler({ inputRate: DEVICE_RATE, outputRate: LINE_RATE, quality: 'voice' });
using up = new Resampler({ inputRate: LINE_RATE, outputRate: DEVICE_RATE, quality: 'voice' });
using loudness = new LoudnessMeter({ sampleRate: DEVICE_RATE });

/** One packet through the line and back; the codec's octets are what a provider would get. */
function throughTheLine(packet) {
  const octets = encodeMulaw(pcm16FromFloat(down.process(packet)));
  return { octets, heard: up.process(floatFromPcm16(decodeMulaw(octets))).slice() };
}

/** A tone, `hz` high, at −20 dBFS. */
function tone(hz, packet) {
  const at = packet * PACKET_FRAMES;
  return Float32Array.from(
    { length: PACKET_FRAMES },
    (_, n) => 0.1 * Math.sin((2 * Math.PI * hz * (at + n)) / DEVICE_RATE),
  );
}

const rmsDb = (samples) => 10 * Math.log10(samples.reduce((sum, x) => sum + x * x, 0) / samples.length + 1e-12);

console.log('tone       heard        loudness');
for (const hz of [300, 1000, 3000, 3800, 6000]) {
  down.reset();
  up.reset();
  loudness.reset();
  let last = new Float32Array(0);
  for (let packet = 0; packet < PACKETS; packet++) {
    last = throughTheLine(tone(hz, packet)).heard;
    loudness.measure(last);
  }
  // The last packets are past the filters' delay.
  const gainDb = rmsDb(last) - rmsDb(tone(hz, 0));
  console.log(
    `${`${hz} Hz`.padEnd(9)} ${gainDb.toFixed(1).padStart(6)} dB  ${loudness.momentaryLufs.toFixed(1).padStart(8)} LUFS`,
  );
}
