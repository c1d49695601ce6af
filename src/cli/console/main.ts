// The page: one call, or one recording, at a time.

import { WIRE_SAMPLE_RATE } from '../../audio/format.ts';
import { Approvals } from './approvals.ts';
import { offerDevices, showPermission, useSpeaker } from './devices.ts';
import { EventList } from './event-list.ts';
import { LiveCall, messageOf } from './live-call.ts';
import { pageParts } from './page-parts.ts';
import { readRecording } from './read-recording.ts';
import type { Recording } from './recording.ts';
import { bindShortcuts } from './shortcuts.ts';
import { bindTheme } from './theme.ts';
import { Timeline } from './timeline.ts';
import { Transcript } from './transcript.ts';
import { Waveform } from './waveform.ts';

const FLOOR_DB = -60;
/** How often what is read, not watched, is brought up to date. */
const TEXT_MS = 100;
/** How often the waveform moves for who asked for less motion. */
const CALM_MS = 500;
const MAX_BARGE_INS = 500;

const parts = pageParts();
const waveform = new Waveform(parts.waveform);
const transcript = new Transcript(parts.transcript);
const events = new EventList({
  list: parts.events,
  filter: parts.filter,
  direction: parts.direction,
  withAudio: parts.withAudio,
  count: parts.count,
});
const approvals = new Approvals(parts.approvals, (item, isApproved) => {
  call?.decide(item, isApproved).catch(fail);
});
const wantsCalm = matchMedia('(prefers-reduced-motion: reduce)');
const emptyTimeline = new Timeline(1);
let call: LiveCall | null = null;
/** The last call, which can still be saved. */
let ended: { readonly saved: LiveCall['saved']; readonly timeline: Timeline; readonly nowMs: number } | null = null;
let recording: Recording | null = null;
let isMuted = false;
let bargeInsMs: readonly number[] = [];
let textAtMs = 0;
let drawnAtMs = -CALM_MS;

function showState(state: 'ready' | 'asking' | 'live' | 'replay' | 'error', text: string): void {
  document.body.dataset['state'] = state;
  parts.status.textContent = text;
  const isLive = state === 'live';
  parts.call.textContent = call === null ? 'Start call' : 'End call';
  parts.mute.disabled = !isLive;
  parts.interrupt.disabled = !isLive;
  parts.words.disabled = !isLive;
  parts.save.disabled = call === null && ended === null;
  parts.scrubber.hidden = state !== 'replay';
}

function notify(text: string): void {
  parts.notice.textContent = text;
  parts.notice.hidden = text === '';
}

function fail(error: unknown): void {
  notify(messageOf(error));
}

async function start(): Promise<void> {
  notify('');
  recording = null;
  ended = null;
  bargeInsMs = [];
  events.replace([]);
  transcript.show([]);
  const starting = new LiveCall(
    {
      onWire: (entry) => events.add(entry),
      onApproval: (item) => approvals.ask(item),
      onInterrupted: (atMs) => {
        bargeInsMs = [...bargeInsMs, atMs].slice(-MAX_BARGE_INS);
      },
      onError: notify,
      onUnlockNeeded: (isNeeded) => notify(isNeeded ? 'Touch the page to hear the agent.' : ''),
      onClosed: () => void end(),
    },
    parts.microphone.value === '' ? undefined : parts.microphone.value,
  );
  call = starting;
  showState('asking', 'Waiting for the microphone: allow it in the browser');
  try {
    await starting.start(parts.service.value);
    if (call !== starting) return;
    await offerDevices(parts.microphone, parts.speaker);
    if (isMuted) starting.mute(true);
    showState('live', 'In call');
  } catch (error) {
    if (call !== starting) return;
    call = null;
    await starting.end();
    showState('error', 'No call');
    fail(error);
  }
}

async function end(): Promise<void> {
  const ending = call;
  if (ending === null) return;
  call = null;
  transcript.show(ending.lines);
  ended = { saved: ending.saved, timeline: ending.timeline, nowMs: ending.nowMs };
  await ending.end();
  approvals.clear();
  showState('ready', 'Call ended');
}

function save(): void {
  for (const { name, blob } of (call ?? ended)?.saved.files() ?? []) {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    // The browser has the Blob by then.
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }
}

async function open(file: File): Promise<void> {
  await end();
  try {
    recording = readRecording(await file.text());
  } catch (error) {
    recording = null;
    showState('error', 'Not a recording');
    fail(new Error(`${file.name}: ${messageOf(error)}`));
    return;
  }
  notify('');
  ended = null;
  bargeInsMs = recording.bargeInsMs;
  events.replace(recording.entries);
  parts.scrub.max = String(Math.ceil(recording.durationMs));
  parts.scrub.value = parts.scrub.max;
  showState('replay', `Replay of ${file.name}`);
  scrubbed();
}

function scrubbed(): void {
  const atMs = Number(parts.scrub.value);
  parts.scrub.setAttribute('aria-valuetext', clockText(atMs));
  transcript.show(recording?.linesAt(atMs) ?? []);
}

function clockText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}.${Math.floor((ms % 1000) / 100)}`;
}

function draw(atMs: number): void {
  requestAnimationFrame(draw);
  const nowMs = call?.nowMs ?? ended?.nowMs ?? (recording === null ? 0 : Number(parts.scrub.value));
  const timeline = call?.timeline ?? ended?.timeline ?? recording?.timeline ?? emptyTimeline;
  call?.tick();
  if (!wantsCalm.matches || recording !== null || atMs - drawnAtMs >= CALM_MS) {
    drawnAtMs = atMs;
    waveform.draw({ timeline, nowMs, bargeInsMs });
  }
  if (atMs - textAtMs < TEXT_MS) return;
  textAtMs = atMs;
  parts.clock.textContent = clockText(nowMs);
  parts.userMeter.value = Math.max(FLOOR_DB, call?.levelsDb.user ?? FLOOR_DB);
  parts.agentMeter.value = Math.max(FLOOR_DB, call?.levelsDb.agent ?? FLOOR_DB);
  if (call === null) return;
  const { bufferedFrames, targetDelayMs, underrunEvents } = call.audio.speaker.stats;
  parts.depth.textContent = `${(bufferedFrames / WIRE_SAMPLE_RATE).toFixed(2)} s`;
  parts.target.textContent = `${targetDelayMs.toFixed(0)} ms`;
  parts.underruns.textContent = String(underrunEvents);
  transcript.show(call.lines);
}

parts.call.addEventListener('click', () => void (call === null ? start() : end()));
parts.mute.addEventListener('click', () => {
  isMuted = !isMuted;
  call?.mute(isMuted);
  parts.mute.setAttribute('aria-pressed', String(isMuted));
});
parts.interrupt.addEventListener('click', () => call?.interrupt());
parts.save.addEventListener('click', save);
parts.open.addEventListener('change', () => {
  const file = parts.open.files?.[0];
  parts.open.value = '';
  if (file !== undefined) void open(file);
});
parts.open.addEventListener('click', () => notify(''));
parts.scrub.addEventListener('input', scrubbed);
parts.say.addEventListener('submit', (event) => {
  event.preventDefault();
  const words = parts.words.value.trim();
  if (words !== '') call?.say(words);
  parts.words.value = '';
});
parts.microphone.addEventListener('change', () => {
  call?.audio.useMicrophone(parts.microphone.value === '' ? undefined : parts.microphone.value).catch(fail);
});
parts.speaker.addEventListener('change', () => {
  if (call !== null) useSpeaker(call.audio.speaker.context, parts.speaker.value).catch(fail);
});
bindTheme(parts.theme, () => waveform.repaint());
bindShortcuts(parts);
showState('ready', 'Ready');
offerDevices(parts.microphone, parts.speaker).catch(fail);
showPermission(parts.permission).catch(fail);
requestAnimationFrame(draw);
