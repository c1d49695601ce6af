// One call, held for real: speech in, speech out, a tool with approval, a handoff, a guardrail and a barge-in.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type Clock, systemClock } from '../../clock.ts';
import { LevelMeter } from '../../audio/index.ts';
import { OpenAIRealtimeWebSocket, RealtimeSession } from '../../index.ts';
import { PullPlayout } from '../../playout/index.ts';
import { VirtualClock } from '../../testing/virtual-clock.ts';
import type { Terminal } from '../terminal.ts';
import { frontDesk, keepSecrets } from './agents.ts';
import { Caller } from './caller.ts';
import type { CallRecord } from './call-record.ts';
import { ConversationLog } from './conversation-log.ts';
import { connectModel } from './model.ts';
import { Narrator } from './narrator.ts';
import { QUANTUM_FRAMES, SAMPLE_RATE, SoundCard } from './sound-card.ts';
import { timelineSvg } from './timeline.ts';
import { chromeTrace } from './trace.ts';
import { StereoRecording } from './wav.ts';

const LONGEST_CALL_FRAMES = 58 * SAMPLE_RATE;
const LAST_SILENCE_MS = 700;

/** How the demo is run. */
export interface DemoOptions {
  /** On a virtual clock, as fast as the machine can. */
  readonly isFast: boolean;
  /** Decides whether the tool may run. */
  readonly approve: (question: string) => Promise<boolean>;
  /** Talk to the real service with this key instead of the local server. */
  readonly liveKey: string | null;
  readonly outputFolder: string;
  readonly terminal: Terminal;
}

/** Holds the call and writes its recording, picture and trace into the output folder. */
export async function runDemo(options: DemoOptions): Promise<CallRecord> {
  if (!options.isFast) return holdCall(systemClock, options);
  // A few turns of the event loop let everything that is ready run; what worker threads compute is held by `during`.
  const clock = new VirtualClock(async () => {
    for (let turn = 0; turn < 4; turn++) await setImmediate();
  });
  return clock.runUntil(holdCall(clock, options));
}

async function holdCall(clock: Clock, options: DemoOptions): Promise<CallRecord> {
  const caller = new Caller(new URL('./speech/', import.meta.url));
  const recording = new StereoRecording(LONGEST_CALL_FRAMES + SAMPLE_RATE, QUANTUM_FRAMES);
  const playout = new PullPlayout({ sampleRate: SAMPLE_RATE, outputRate: SAMPLE_RATE });
  const model = await connectModel(clock, options.liveKey, options.isFast);
  const session = new RealtimeSession(frontDesk, {
    transport: new OpenAIRealtimeWebSocket({ ...model.transportOptions, playout, clock }),
    clock,
    outputGuardrails: [keepSecrets],
    config: { audio: { input: { turnDetection: { type: 'server_vad', silenceDurationMs: 500 } } } },
  });
  await session.connect({ apiKey: model.apiKey });

  const meters = { user: new LevelMeter(), agent: new LevelMeter() };
  const { promise: isOver, resolve: hangUp } = Promise.withResolvers<void>();
  const card = new SoundCard(clock, playout, {
    capture: (packet, startFrame) => {
      const view = caller.view(startFrame, card.heard, log.tripFrame);
      caller.speak(packet, startFrame, view);
      recording.writeLeft(packet, startFrame);
      meters.user.measure(packet);
      session.sendAudio(packet.slice().buffer);
      narrator.status(startFrame, meters);
      const isAnswered = view.heardMs > 0 && view.quietMs > LAST_SILENCE_MS;
      if ((caller.isDone && isAnswered) || startFrame > LONGEST_CALL_FRAMES) hangUp();
    },
    rendered: (quantum, startFrame) => {
      recording.writeRight(quantum, startFrame);
      meters.agent.measure(quantum);
    },
  });
  const log = new ConversationLog(session, card, () => clock.nowMs());
  const narrator = new Narrator(session, log, options);
  model.listen(log.tap);

  await isOver;
  card.stop();
  session.close();
  await clock.during(model.close());
  options.terminal.end();

  const record = log.record(caller.spoken, playout.stats.underrunEvents);
  mkdirSync(options.outputFolder, { recursive: true });
  writeFileSync(join(options.outputFolder, 'demo.wav'), recording.toFile(SAMPLE_RATE));
  writeFileSync(join(options.outputFolder, 'timeline.svg'), timelineSvg(record));
  writeFileSync(join(options.outputFolder, 'trace.json'), chromeTrace(record));
  return record;
}
