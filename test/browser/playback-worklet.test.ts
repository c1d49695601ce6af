import { describe, expect, it } from 'vitest';
import { Playout } from '../../src/audio/index.ts';
import { coreModule } from '../../src/wasm/core.ts';
import { playoutModule } from '../../src/wasm/playout-module.ts';
import { eventOf } from '../../src/browser/playback-records.ts';
import type {
  PlaybackCommand,
  PlaybackEvent,
  PlaybackMessage,
  PlaybackOptions,
} from '../../src/browser/worklet-messages.ts';
import { seededSignal, sha256 } from './fixtures/core-path.ts';

/** The file that ships. */
const PLAYBACK_URL = new URL('../../dist/worklets/playback.js', import.meta.url);
const OUTPUT_RATE = 48_000;
const QUANTUM = 128;
const QUANTA = 300;
const CAPACITY_FRAMES = 1 << 17;
const ITEM_RATES = [24_000, 48_000];

interface Step {
  /** Quantum before which the commands arrive. */
  readonly quantum: number;
  readonly commands: readonly PlaybackCommand[];
}

interface Rendering {
  readonly samples: Float32Array<ArrayBuffer>;
  readonly events: readonly PlaybackEvent[];
}

function speech(frames: number, gain: number): Int16Array {
  const signal = seededSignal();
  return Int16Array.from({ length: frames }, (_, i) => Math.round((signal[i % signal.length] ?? 0) * 32_767 * gain));
}

/** Renders in an AudioWorklet; each step's commands are known to have been obeyed before its quantum is rendered. */
async function renderInWorklet(itemRate: number, steps: readonly Step[]): Promise<Rendering> {
  const context = new OfflineAudioContext({ numberOfChannels: 1, length: QUANTA * QUANTUM, sampleRate: OUTPUT_RATE });
  await context.audioWorklet.addModule(PLAYBACK_URL);
  const newNode = (capacityFrames: number): AudioWorkletNode => {
    const processorOptions: PlaybackOptions = {
      module: coreModule('simd'),
      playoutModule: playoutModule(),
      itemRate,
      capacityFrames,
      isAdaptive: false,
    };
    return new AudioWorkletNode(context, 'bargein-playback', {
      numberOfInputs: 0,
      outputChannelCount: [1],
      processorOptions,
    });
  };
  const node = newNode(CAPACITY_FRAMES);
  node.connect(context.destination);
  const events: PlaybackEvent[] = [];
  let isLocated: (event: PlaybackEvent) => void = () => {};
  node.port.onmessage = ({ data }: MessageEvent<PlaybackMessage>) => {
    const event = eventOf(data);
    events.push(event);
    isLocated(event);
  };
  // Answers in place of one that is closed: it runs on the same thread.
  const witness = newNode(256);
  witness.port.onmessage = ({ data }: MessageEvent<PlaybackMessage>) => isLocated(eventOf(data));
  let { port } = node;
  const located = (frame: number): Promise<void> =>
    new Promise((resolve) => {
      // One position of this very frame may be on its way already; the second is an answer in any case.
      let positions = 0;
      isLocated = (event) => {
        if (event.type === 'position' && event.contextFrame === frame && ++positions === 2) resolve();
      };
      for (let i = 0; i < 2; i++) port.postMessage({ type: 'locate' } satisfies PlaybackCommand);
    });
  const send = async ({ quantum, commands }: Step): Promise<void> => {
    for (const command of commands) {
      node.port.postMessage(command);
      if (command.type === 'close') ({ port } = witness);
    }
    await located(quantum * QUANTUM);
  };
  for (const step of steps.filter(({ quantum }) => quantum > 0)) {
    void context.suspend((step.quantum * QUANTUM) / OUTPUT_RATE).then(async () => {
      await send(step);
      await context.resume();
    });
  }
  const first = steps.find(({ quantum }) => quantum === 0);
  if (first !== undefined) await send(first);
  const buffer = await context.startRendering();
  await located(QUANTA * QUANTUM);
  return { samples: buffer.getChannelData(0), events };
}

/** The same calls without a worklet. */
function renderHere(
  itemRate: number,
  steps: readonly Step[],
): { samples: Float32Array<ArrayBuffer>; reports: unknown[] } {
  const playout = new Playout({
    itemRate,
    outputRate: OUTPUT_RATE,
    capacityFrames: CAPACITY_FRAMES,
    module: coreModule('simd'),
  });
  const samples = new Float32Array(QUANTA * QUANTUM);
  const reports: unknown[] = [];
  for (let quantum = 0; quantum < QUANTA; quantum++) {
    for (const command of steps.find((step) => step.quantum === quantum)?.commands ?? []) {
      if (command.type === 'write') playout.write(command.handle, command.samples);
      else if (command.type === 'end') playout.end(command.handle);
      else if (command.type === 'open') playout.open();
      else if (command.type === 'duck') playout.duck(command.gainDb);
      else if (command.type === 'interrupt') playout.interrupt();
      else if (command.type === 'pause') playout.pause();
      else if (command.type === 'resume') playout.resume();
      else if (command.type === 'unduck') playout.unduck();
    }
    playout.render(samples.subarray(quantum * QUANTUM, (quantum + 1) * QUANTUM));
    const report = playout.takeInterruptReport();
    if (report !== null) reports.push(report);
  }
  return { samples, reports };
}

describe.each(ITEM_RATES)('the playback worklet with items at %i Hz', (itemRate) => {
  const answer: readonly PlaybackCommand[] = [
    { type: 'open', handle: 1 },
    { type: 'write', handle: 1, samples: speech(itemRate, 0.5) },
    { type: 'end', handle: 1 },
    { type: 'open', handle: 2 },
    { type: 'write', handle: 2, samples: speech(itemRate / 2, 0.4) },
  ];

  it('renders what the same calls render here, over an interrupt, late audio, a pause and a new item', async () => {
    const steps: readonly Step[] = [
      { quantum: 0, commands: answer },
      {
        quantum: 101,
        commands: [
          { type: 'interrupt', interruptId: 'barge-in' },
          { type: 'write', handle: 2, samples: speech(500, 0.9) },
          { type: 'open', handle: 3 },
          { type: 'write', handle: 3, samples: speech(itemRate, 0.6) },
        ],
      },
      { quantum: 150, commands: [{ type: 'pause' }] },
      { quantum: 170, commands: [{ type: 'resume' }] },
      { quantum: 190, commands: [{ type: 'duck', gainDb: -20 }] },
      { quantum: 210, commands: [{ type: 'unduck' }] },
    ];
    const here = renderHere(itemRate, steps);
    const { samples, events } = await renderInWorklet(itemRate, steps);
    expect(await sha256(samples)).toBe(await sha256(here.samples));
    expect(events.filter((event) => event.type === 'error')).toEqual([]);
    const reports = events.filter((event) => event.type === 'report');
    expect(reports.map(({ items }) => items)).toEqual(here.reports);
    expect(here.reports).toHaveLength(1);
  });

  it('is silent within one quantum of an interrupt and reports the rendered frames exactly', async () => {
    const at = 77;
    const interrupt: Step = { quantum: at, commands: [{ type: 'interrupt', interruptId: 'barge-in' }] };
    const { samples, events } = await renderInWorklet(itemRate, [{ quantum: 0, commands: answer }, interrupt]);
    const sounding = (from: number, to: number): boolean =>
      samples.subarray(from * QUANTUM, to * QUANTUM).some((s) => s !== 0);
    expect(sounding(at - 1, at)).toBe(true);
    expect(sounding(at, at + 1)).toBe(true);
    expect(sounding(at + 1, QUANTA)).toBe(false);
    // 128 frames are shorter than 5 ms, so the fade takes all of them.
    const consumed = Math.floor((((at + 1) * QUANTUM - 1) * itemRate) / OUTPUT_RATE) + 1;
    const delay = itemRate === OUTPUT_RATE ? 0 : 22;
    expect(events.filter((event) => event.type === 'report')).toEqual([
      {
        type: 'report',
        interruptId: 'barge-in',
        items: [
          { handle: 1, renderedFrames: consumed - delay, receivedFrames: itemRate },
          { handle: 2, renderedFrames: 0, receivedFrames: itemRate / 2 },
        ],
        contextFrame: (at + 1) * QUANTUM,
      },
    ]);
  });

  it('posts positions no more often than packets, and the last one is the end of the item', async () => {
    const short = { type: 'write', handle: 1, samples: speech(itemRate / 4, 0.5) } as const;
    const commands: readonly PlaybackCommand[] = [{ type: 'open', handle: 1 }, short, { type: 'end', handle: 1 }];
    const { events } = await renderInWorklet(itemRate, [{ quantum: 0, commands }]);
    const positions = events.filter((event) => event.type === 'position');
    const rendered = positions.map(({ renderedFrames }) => renderedFrames);
    expect(rendered).toEqual(rendered.toSorted((a, b) => a - b));
    expect(rendered.at(-1)).toBe(itemRate / 4);
    const frames = positions.slice(1, -1).map(({ contextFrame }) => contextFrame);
    expect(frames.length).toBeGreaterThan(10);
    for (const [i, frame] of frames.slice(1).entries()) expect(frame - (frames[i] ?? 0)).toBeGreaterThanOrEqual(960);
  });

  it('tells with each position how loud the output was, and once that it is silent again', async () => {
    const short = { type: 'write', handle: 1, samples: speech(itemRate / 4, 0.5) } as const;
    const commands: readonly PlaybackCommand[] = [{ type: 'open', handle: 1 }, short, { type: 'end', handle: 1 }];
    const { samples, events } = await renderInWorklet(itemRate, [{ quantum: 0, commands }]);
    const positions = events.filter((event) => event.type === 'position');
    const loud = positions.filter(({ outputDb }) => outputDb > Number.NEGATIVE_INFINITY);
    expect(loud.length).toBeGreaterThan(10);
    for (const [i, { contextFrame, outputDb }] of loud.entries()) {
      const part = samples.subarray(loud[i - 1]?.contextFrame ?? 0, contextFrame);
      const meanSquare = part.reduce((sum, sample) => sum + sample * sample, 0) / part.length;
      expect(outputDb).toBeCloseTo(10 * Math.log10(meanSquare), 2);
    }
    expect(positions.at(-1)?.outputDb).toBe(Number.NEGATIVE_INFINITY);
  });

  it('answers interrupts that arrive before one quantum with one report, which names the newest', async () => {
    const at = 40;
    const commands: readonly PlaybackCommand[] = [
      { type: 'interrupt', interruptId: 'first' },
      { type: 'open', handle: 3 },
      { type: 'write', handle: 3, samples: speech(500, 0.5) },
      { type: 'interrupt', interruptId: 'second' },
    ];
    const steps = [
      { quantum: 0, commands: answer },
      { quantum: at, commands },
    ];
    const { events } = await renderInWorklet(itemRate, steps);
    const reports = events.filter((event) => event.type === 'report');
    expect(reports.map(({ interruptId, contextFrame }) => [interruptId, contextFrame])).toEqual([
      ['second', (at + 1) * QUANTUM],
    ]);
    expect(reports.map(({ items }) => items)).toEqual(renderHere(itemRate, steps).reports);
    expect(reports[0]?.items.map(({ handle, receivedFrames }) => [handle, receivedFrames])).toEqual([
      [1, itemRate],
      [2, itemRate / 2],
      [3, 500],
    ]);
  });

  it('does not obey an open with a wrong number, says so, and plays on', async () => {
    const wrong: Step = {
      quantum: 20,
      commands: [
        { type: 'open', handle: 4 },
        { type: 'write', handle: 4, samples: speech(1000, 0.9) },
        { type: 'open', handle: 2 },
      ],
    };
    const first: Step = { quantum: 0, commands: answer };
    const later: Step = { quantum: 60, commands: [{ type: 'open', handle: 3 }] };
    const { samples, events } = await renderInWorklet(itemRate, [first, wrong, later]);
    expect(await sha256(samples)).toBe(await sha256(renderHere(itemRate, [first]).samples));
    expect(events.filter((event) => event.type === 'error')).toEqual([
      { type: 'error', code: 'ERR_PLAYOUT_HANDLE', message: 'open: expected 3, got 4' },
      { type: 'error', code: 'ERR_PLAYOUT_HANDLE', message: 'open: expected 3, got 2' },
    ]);
  });

  it('says how much of a write did not fit, and plays what did', async () => {
    const handle = 1;
    const commands: readonly PlaybackCommand[] = [
      { type: 'open', handle },
      { type: 'write', handle, samples: speech(2 * CAPACITY_FRAMES, 0.5) },
    ];
    const steps = [{ quantum: 0, commands }];
    const { samples, events } = await renderInWorklet(itemRate, steps);
    expect(await sha256(samples)).toBe(await sha256(renderHere(itemRate, steps).samples));
    const errors = events.filter((event) => event.type === 'error');
    expect(errors.map(({ code }) => code)).toEqual(['ERR_BUFFER_SIZE']);
    // A long write takes several quanta, and what is played meanwhile makes room.
    const unfit = Number(/^write: (\d+) frames of handle 1 did not fit$/.exec(errors[0]?.message ?? '')?.[1]);
    expect(unfit).toBeLessThanOrEqual(CAPACITY_FRAMES);
    expect(unfit).toBeGreaterThan(CAPACITY_FRAMES - 20 * QUANTUM);
  });

  it('is silent and deaf after a close', async () => {
    const first: Step = { quantum: 0, commands: answer };
    const closing: Step = {
      quantum: 30,
      commands: [{ type: 'close' }, { type: 'open', handle: 9 }, { type: 'locate' }],
    };
    const { samples, events } = await renderInWorklet(itemRate, [first, closing]);
    const end = samples.findLastIndex((sample) => sample !== 0) + 1;
    // The witness has a port of its own, so the close may come a little later than its answer.
    expect(end).toBeGreaterThan((closing.quantum - 1) * QUANTUM);
    expect(end).toBeLessThan((QUANTA / 2) * QUANTUM);
    expect(samples.subarray(0, end)).toEqual(renderHere(itemRate, [first]).samples.subarray(0, end));
    expect(events.filter((event) => event.type === 'error')).toEqual([]);
  });
});
