// The bars that the audio core and the session layer are built to pass: each is a list of cells, one for each pair, block or build that it
// speaks of, and is met when all of them are. What was not measured, or does not exist yet, says so; nothing is assumed.
import { pairName } from './rate-pairs.ts';
import { type Bar, bar, type Cell } from './bar.ts';
import { Figures } from './figures.ts';
import { playoutBars } from './playout/bars.ts';
import type { Outcome } from './subject.ts';

/** Every bar, judged by these outcomes. */
export function judge(outcomes: readonly Outcome[]): Bar[] {
  const figures = new Figures(outcomes);
  return [
    ...gradeBars(figures),
    ...resamplerBars(figures),
    ...kernelBars(figures),
    ...pathBars(figures),
    ...sizeBars(figures),
    ...sessionBars(figures),
    ...playoutBars(figures),
  ];
}

const SIMD = 'simd';
const RELAXED = 'relaxed';
const BUILDS = [SIMD, RELAXED];

type Pair = readonly [inputRate: number, outputRate: number];
const DOUBLE: readonly Pair[] = [
  [24_000, 48_000],
  [48_000, 24_000],
];
const TRIPLE_UP: readonly Pair[] = [[8000, 24_000]];
const TRIPLE_DOWN: readonly Pair[] = [[24_000, 8000]];
const THREE_HALVES: readonly Pair[] = [
  [16_000, 24_000],
  [24_000, 16_000],
];
const ODD: readonly Pair[] = [
  [44_100, 24_000],
  [24_000, 44_100],
  [44_100, 48_000],
  [48_000, 44_100],
];
const SMALL: readonly Pair[] = [...DOUBLE, ...TRIPLE_UP, ...TRIPLE_DOWN];
const ALL: readonly Pair[] = [...SMALL, ...THREE_HALVES, ...ODD];

const packet = ([inputRate, outputRate]: Pair): string => `resample ${pairName(inputRate, outputRate)}, 20 ms`;
const quantum = ([inputRate, outputRate]: Pair): string => `resample ${pairName(inputRate, outputRate)}, 128 frames`;
const quality = ([inputRate, outputRate]: Pair): string => `resampler quality ${pairName(inputRate, outputRate)}`;

/** What each grade promises, by measurement; delays at the pairs of 24 and 48 kHz. */
function gradeBars(figures: Figures): Bar[] {
  const promised = (ours: string, edgePercent: number, aliasFact: string, aliasDb: number): Cell[] =>
    ALL.flatMap((pair) => [
      figures.factAtLeast(quality(pair), null, ours, 'edge01Percent', edgePercent),
      figures.fact(quality(pair), null, ours, aliasFact, aliasDb),
    ]);
  const latency = (ours: string, limitMs: number): Cell[] =>
    DOUBLE.map((pair) => figures.fact(quality(pair), null, ours, 'latencyMs', limitMs));
  return [
    bar('voice: edge, rejection, latency', '–', [
      ...promised('bargein voice', 90, 'alias85Db', -100),
      ...latency('bargein voice', 1),
    ]),
    bar('high: edge, rejection, latency', '–', [
      ...promised('bargein high', 95, 'alias92Db', -110),
      ...latency('bargein high', 2),
    ]),
    bar('max: edge, rejection, latency', '–', [
      ...promised('bargein max', 96, 'alias95Db', -120),
      ...latency('bargein max', 3.4),
    ]),
    bar('lowLatency: rejection, delay', '–', [
      ...ALL.map((pair) => figures.fact(quality(pair), null, 'bargein lowLatency', 'alias85Db', -100)),
      figures.fact(quality([24_000, 48_000]), null, 'bargein lowLatency', 'groupDelayMs', 0.15),
    ]),
  ];
}

function resamplerBars(figures: Figures): Bar[] {
  const q5 = 'speex wasm q5';
  const q10 = 'speex wasm q10';
  const voice = (subject: string, build: string, limit: number): Cell =>
    figures.ratio(subject, build, 'bargein voice', [q5], limit);
  const max = (subject: string, build: string, limit: number): Cell =>
    figures.ratio(subject, build, 'bargein max', [q10], limit);
  const both = (pairs: readonly Pair[], voiceLimit: number, maxLimit: number): Cell[] =>
    pairs.flatMap((pair) => [voice(packet(pair), SIMD, voiceLimit), max(packet(pair), SIMD, maxLimit)]);
  const native = (pairs: readonly Pair[], voiceLimit: number, maxLimit: number): Cell[] =>
    pairs.flatMap((pair) => [
      figures.ratio(packet(pair), SIMD, 'bargein voice', ['native speexdsp q5'], voiceLimit),
      figures.ratio(packet(pair), SIMD, 'bargein max', ['native speexdsp q10'], maxLimit),
    ]);
  const small = [...SMALL, ...THREE_HALVES];
  return [
    bar(
      '2× up and down, voice',
      q5,
      DOUBLE.flatMap((pair) =>
        [packet(pair), quantum(pair)].flatMap((subject) => [voice(subject, SIMD, 10), voice(subject, RELAXED, 12)]),
      ),
    ),
    bar(
      '2×, max',
      q10,
      DOUBLE.flatMap((pair) => [
        max(packet(pair), SIMD, 18),
        max(packet(pair), RELAXED, 20),
        figures.factRatio(quality(pair), 'latencyMs', 'bargein max', q10, 0.65),
      ]),
    ),
    bar('8↔24 kHz', 'speex wasm q5, q10', [...both(TRIPLE_UP, 10, 15), ...both(TRIPLE_DOWN, 8, 15)]),
    bar('16↔24 kHz', 'speex wasm q5, q10', both(THREE_HALVES, 6, 10)),
    bar('44.1↔24 kHz, 44.1↔48 kHz', 'speex wasm q5, q10', both(ODD, 12, 28)),
    bar('small ratios, voice and max', 'native speexdsp q5, q10', [
      ...native(SMALL, 5, 12),
      ...native(THREE_HALVES, 3.8, 10),
    ]),
    bar(
      'small ratios, high',
      'native soxr HQ',
      small.flatMap((pair) => [
        figures.ratio(packet(pair), SIMD, 'bargein high', ['native soxr HQ'], 1),
        figures.factRatio(quality(pair), 'latencyMs', 'bargein high', 'native soxr HQ', 1 / 12),
      ]),
    ),
    bar(
      'max, every pair',
      'libsamplerate-js best',
      ALL.map((pair) => figures.ratio(packet(pair), SIMD, 'bargein max', ['libsamplerate-js best'], 100)),
    ),
  ];
}

function kernelBars(figures: Figures): Bar[] {
  const codecs = ['alawmulaw', 'x-law', 'g711'];
  const laws = ['µ-law encode', 'µ-law decode', 'A-law encode', 'A-law decode'];
  const conversions = ['float to PCM16', 'PCM16 to float'];
  return [
    bar(
      'µ-law and A-law',
      'best npm codec',
      laws.flatMap((law) => [
        figures.ratio(law, SIMD, 'bargein, own views', codecs, 12),
        figures.ratio(law, SIMD, 'bargein', codecs, 6),
        figures.fact(law, SIMD, 'bargein', 'mismatches', 0),
      ]),
    ),
    bar('float ↔ PCM16', 'plain loop', [
      ...conversions.flatMap((conversion) => [
        figures.ratio(conversion, SIMD, 'bargein, own views', ['loop'], 15),
        figures.ratio(conversion, SIMD, 'bargein', ['loop'], 8),
      ]),
      figures.ratio('float to PCM16', SIMD, 'bargein with dither, own views', ['loop'], 4),
    ]),
    bar('RMS and peak', 'plain loop', [
      figures.ratio('RMS and peak', SIMD, 'bargein, own views', ['loop'], 8),
      figures.ratio('RMS and peak', SIMD, 'bargein', ['loop'], 4.5),
    ]),
    bar('level with the conversion', 'the same without', [
      figures.times('level with the conversion', 'bargein with the level', 'the same without', 1.1),
    ]),
    bar('base64', 'best native; btoa and atob loops', [
      figures.ratio('base64 encode', SIMD, 'bargein', ['Buffer', 'toBase64'], 1),
      figures.ratio('base64 decode', SIMD, 'bargein', ['Buffer', 'setFromBase64'], 1),
      figures.ratio('base64 encode', SIMD, 'bargein, kernel', ['btoa loop'], 15),
      figures.ratio('base64 decode', SIMD, 'bargein, kernel', ['atob loop'], 4),
    ]),
  ];
}

function pathBars(figures: Figures): Bar[] {
  const paths = ['microphone', 'playback', 'telephony in', 'telephony out'].map((name) => `path ${name}`);
  return [
    bar(
      'whole paths, 20 ms',
      'npm parts and Buffer, and btoa and atob',
      paths.flatMap((path) => [
        figures.ratio(path, SIMD, 'bargein', ['npm parts and Buffer'], 8),
        figures.ratio(path, SIMD, 'bargein', ['npm parts and btoa and atob'], 12),
        figures.fact(`${path}, allocation`, null, 'bargein', 'besidesTextBytes', 0),
      ]),
    ),
  ];
}

function sizeBars(figures: Figures): Bar[] {
  const start = 'core size and start';
  return [
    bar(
      'size, start, render quantum',
      '–',
      BUILDS.flatMap((build) => [
        figures.fact(start, build, 'bargein', 'wasmBytes', 32 * 1024),
        figures.fact(start, build, 'bargein', 'gzipBytes', 11 * 1024),
        figures.fact(start, build, 'bargein', 'instantiateMs', 1),
        figures.fact('render quantum', build, 'bargein', 'p999Us', 5),
      ]),
    ),
  ];
}

/** What a session costs beside the work that nobody can spare it; times are of the machine that measures. */
function sessionBars(figures: Figures): Bar[] {
  const peer = '@openai/agents-realtime';
  const floor = 'JSON.parse and base64';
  const flat = (subject: string): Cell => figures.times(subject, 'bargein, 100000 items', 'bargein, 0 items', FLAT);
  return [
    bar('sendAudio, 20 ms', peer, [
      figures.microseconds('session sendAudio', 'bargein', 2),
      figures.ratio('session sendAudio', null, 'bargein', [peer], 10),
      figures.fact('session sendAudio, allocation', null, 'bargein', 'allocatedBytes', 3000),
    ]),
    bar('audio and transcript deltas', floor, [
      figures.times('session audio delta, 100 ms', 'bargein', floor, 1.6),
      figures.times('session audio delta, 200 ms', 'bargein', floor, 1.3),
      figures.microseconds('session transcript delta', 'bargein', 2),
    ]),
    bar('0 to 100 000 items of history', 'an empty history', [
      flat('session item updates'),
      flat('session tool round'),
      figures.microseconds('session tool round', 'bargein, 100000 items', 100),
    ]),
    bar('idle session, import', '–', [
      figures.fact('session idle', null, 'bargein', 'heapBytes', 8 * 1024),
      figures.fact('session import', null, 'bargein', 'importMs', 15),
    ]),
  ];
}

/** A tree grows by a level or so, and a longer history lies in colder memory; anything linear would be thousands. */
const FLAT = 2;
