// The microphone and the speaker: SoX, FFmpeg, or WAV files. All of it is PCM16 at 24 kHz.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { pcm16FromFloat, resampleClip } from 'bargein/audio';
import wavefile from 'wavefile';

const RATE = 24_000;
const PACKET_FRAMES = 480; // 20 ms
const SOX = `-q -t raw -r ${RATE} -e signed -b 16 -c 1 -`.split(' ');
const FFMPEG_INPUT = { darwin: '-f avfoundation -i :default', win32: '-f dshow -i audio=default' };

const isInstalled = (program) => spawnSync(program, ['--version']).error === undefined;

/** Sends what is recorded, or a WAV file and then silence. */
export function openMicrophone(wavPath, send) {
  if (wavPath !== undefined) return playFile(wavPath, send);
  if (isInstalled('rec')) return record('rec', SOX, send);
  const input = FFMPEG_INPUT[process.platform] ?? '-f pulse -i default';
  if (isInstalled('ffmpeg')) return record('ffmpeg', `-v error ${input} -f s16le -ar ${RATE} -ac 1 -`.split(' '), send);
  return { name: 'none', close() {} };
}

function record(program, args, send) {
  const recorder = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  let half = Buffer.alloc(0); // A pipe may cut a sample in two; the next bytes bring its other half.
  recorder.stdout.on('data', (bytes) => {
    const all = Buffer.concat([half, bytes]);
    const wholeBytes = all.length & ~1;
    half = all.subarray(wholeBytes);
    send(new Uint8Array(all.subarray(0, wholeBytes)).buffer);
  });
  return { name: program, close: () => recorder.kill() };
}

function playFile(path, send) {
  const wav = new wavefile.WaveFile(readFileSync(path));
  wav.toBitDepth('16');
  const speech = resampleClip(wav.getSamples(false, Int16Array), wav.fmt.sampleRate, RATE);
  let frame = 0;
  const timer = setInterval(() => {
    const packet = new Int16Array(PACKET_FRAMES);
    packet.set(speech.subarray(frame, (frame += PACKET_FRAMES)));
    send(packet.buffer);
  }, 20);
  return { name: path, close: () => clearInterval(timer) };
}

/** Plays what the playout renders, or writes it to a WAV file. */
export function openSpeaker(playout, wavPath) {
  const sink = openSink(wavPath);
  // As much is rendered as time has passed: what waits in a pipe would count as heard already.
  const beganMs = performance.now();
  let frame = 0;
  const samples = new Float32Array(PACKET_FRAMES);
  const timer = setInterval(() => {
    for (; frame + PACKET_FRAMES <= ((performance.now() - beganMs) * RATE) / 1000; frame += PACKET_FRAMES) {
      playout.render(samples);
      sink.write(pcm16FromFloat(samples));
    }
  }, 10);
  return { name: sink.name, close: () => (clearInterval(timer), sink.close()) };
}

function openSink(wavPath) {
  if (wavPath !== undefined) return writeFile(wavPath);
  if (isInstalled('play')) return pipeTo('play', ['--buffer', '1024', ...SOX]);
  if (isInstalled('ffplay')) return pipeTo('ffplay', `-v error -nodisp -f s16le -ar ${RATE} -`.split(' '));
  return writeFile('answer.wav');
}

function pipeTo(program, args) {
  const { stdin } = spawn(program, args, { stdio: ['pipe', 'ignore', 'ignore'] });
  stdin.on('error', () => {}); // It was closed, or has no sound card.
  return { name: program, write: (samples) => stdin.write(new Uint8Array(samples.buffer)), close: () => stdin.end() };
}

function writeFile(path) {
  const written = [];
  return {
    name: path,
    write: (samples) => written.push(samples),
    close() {
      const wav = new wavefile.WaveFile();
      wav.fromScratch(1, RATE, '16', Int16Array.from(written.flatMap((samples) => [...samples])));
      writeFileSync(path, wav.toBuffer());
    },
  };
}
