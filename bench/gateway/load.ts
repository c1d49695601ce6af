// One row of the load: so many calls through one bridge, for so long, and what became of them.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { median, quantile } from '../statistics.ts';
import { LoadModel } from './load-model.ts';
import { frameOf, LoadPhone } from './load-phone.ts';
import { type BridgeCommand, type BridgeReport, MEDIA_PATH } from './load-protocol.ts';

const TICK_MS = 5;
/** Each phone sends in every fourth tick. */
const GROUPS = 4;
/** Calls begin so far apart, and so many at most are on their way to the model: a bridge that is slow to connect gets time. */
const RAMP_MS = 8;
const MAX_CONNECTING = 20;
const CONNECT_WAIT_MS = 5000;
const SETTLE_MS = 10_000;
/** The generator is late by more than this in one tick of a hundred: the row says nothing. */
const MAX_LATENESS_MS = 10;

/** What a row found; times in ms. */
export interface Row {
  readonly bridge: string;
  readonly calls: number;
  /** CPU of the bridge's process, and how much of it the system took: sockets, mostly. */
  readonly cpuUsPerCallSecond: number;
  readonly systemUsPerCallSecond: number;
  /** Of one core; two workers may use more than one. */
  readonly cpuShare: number;
  /** From the phone's send to the model's receipt. */
  readonly addedP50Ms: number;
  readonly addedP99Ms: number;
  /** From the model's word that the user speaks to the `clear` at the phone. */
  readonly clearP99Ms: number;
  readonly bargeIns: number;
  /** Barge-ins without a `clear` or without a truncation. */
  readonly missing: number;
  /** Truncation beside what the phone had played. */
  readonly truncationP50Ms: number;
  readonly truncationAbsP95Ms: number;
  /** Of the main thread's heap; workers have heaps of their own, so `null` for a gateway. */
  readonly heapKbPerCall: number | null;
  readonly latenessP99Ms: number;
  readonly isValid: boolean;
}

export interface LoadOptions {
  /** A file of `bridges/`; behind a colon what it is given. */
  readonly bridge: string;
  readonly calls: number;
  readonly seconds: number;
  /** Cores that the bridge is pinned to, as `taskset` lists them; null: those of this process. */
  readonly bridgeCores: string | null;
  /** Where the bridge writes its CPU profile; null: it makes none. */
  readonly profileFolder: string | null;
}

/** Runs one row. */
export async function runRow(options: LoadOptions): Promise<Row> {
  const { bridge, calls, seconds } = options;
  const phones = new Map<string, LoadPhone>();
  const addedMs: number[] = [];
  const clearMs: number[] = [];
  const errorMs: number[] = [];
  const barged = new Map<string, number>();
  const playedMs = new Map<string, number>();
  const truncatedMs = new Map<string, number>();
  let bargeIns = 0;
  let isMeasured = false;
  /** The clear and the truncation of a barge-in go different ways; either may be the first. */
  const compare = (call: string): void => {
    const played = playedMs.get(call);
    const truncated = truncatedMs.get(call);
    if (played === undefined || truncated === undefined) return;
    playedMs.delete(call);
    truncatedMs.delete(call);
    errorMs.push(truncated - played);
  };

  const model = await LoadModel.listen({
    onCallerAudio: (header, nowMs) => {
      const sentAtMs = phones.get(header.slice(0, 4))?.sentAtMs(frameOf(header));
      if (isMeasured && sentAtMs !== undefined) addedMs.push(nowMs - sentAtMs);
    },
    onAnswer: (call) => phones.get(call)?.expectAnswer(),
    onBargeIn: (call, nowMs) => {
      if (!isMeasured) return;
      bargeIns += 1;
      barged.set(call, nowMs);
      playedMs.delete(call);
      truncatedMs.delete(call);
    },
    onTruncate: (call, audioEndMs) => {
      truncatedMs.set(call, audioEndMs);
      compare(call);
    },
  });
  const onClear = (phone: LoadPhone, played: number, nowMs: number): void => {
    const sinceMs = barged.get(phone.name);
    if (sinceMs === undefined) return;
    barged.delete(phone.name);
    clearMs.push(nowMs - sinceMs);
    playedMs.set(phone.name, played);
    compare(phone.name);
  };

  const child = startBridge(options, model.url);
  try {
    const { port } = await report(child, 'listening');
    const latenessMs: number[] = [];
    let number = 0;
    let tick = 0;
    let dueMs = performance.now();
    const all: LoadPhone[] = [];
    const timer = setInterval(() => {
      for (let nowMs = performance.now(); dueMs <= nowMs; dueMs += TICK_MS) {
        tick += 1;
        if (isMeasured) latenessMs.push(nowMs - dueMs);
        for (let at = tick % GROUPS; at < all.length; at += GROUPS) all[at]?.send();
        for (const phone of all) phone.tick(nowMs);
        model.tick(nowMs);
      }
    }, TICK_MS);
    const before = await ask(child, 'collect', 'collected');
    while (number < calls) {
      const phone = new LoadPhone(number, `ws://127.0.0.1:${port}${MEDIA_PATH}`, onClear);
      phones.set(phone.name, phone);
      all.push(phone);
      number += 1;
      const sinceMs = performance.now();
      do await wait(RAMP_MS);
      while (number - model.callCount > MAX_CONNECTING && performance.now() - sinceMs < CONNECT_WAIT_MS);
    }
    await wait(SETTLE_MS);
    if (model.callCount !== calls) throw new Error(`${bridge}: ${model.callCount} of ${calls} calls reached the model`);
    isMeasured = true;
    const begin = await ask(child, 'mark', 'marked');
    await wait(seconds * 1000);
    const end = await ask(child, 'mark', 'marked');
    isMeasured = false;
    // The last barge-ins have their truncations on the way.
    await wait(300);
    const after = await ask(child, 'collect', 'collected');
    clearInterval(timer);
    const wallMs = end.atMs - begin.atMs;
    const systemUs = end.systemUs - begin.systemUs;
    const cpuUs = end.userUs - begin.userUs + systemUs;
    const latenessP99Ms = quantile(latenessMs, 0.99);
    return {
      bridge,
      calls,
      cpuUsPerCallSecond: cpuUs / calls / (wallMs / 1000),
      systemUsPerCallSecond: systemUs / calls / (wallMs / 1000),
      cpuShare: cpuUs / 1000 / wallMs,
      addedP50Ms: median(addedMs),
      addedP99Ms: quantile(addedMs, 0.99),
      clearP99Ms: quantile(clearMs, 0.99),
      bargeIns,
      missing: bargeIns - Math.min(clearMs.length, errorMs.length),
      truncationP50Ms: median(errorMs),
      truncationAbsP95Ms: quantile(errorMs.map(Math.abs), 0.95),
      heapKbPerCall: bridge.includes(':') ? null : (after.heapBytes - before.heapBytes) / 1024 / calls,
      latenessP99Ms,
      isValid: latenessP99Ms <= MAX_LATENESS_MS,
    };
  } finally {
    // It ends with the channel; killed, it could not write a profile.
    const isOver = once(child, 'exit');
    // One that could not start has no channel, and has ended.
    if (child.connected) child.disconnect();
    if (child.exitCode === null) await isOver;
    for (const phone of phones.values()) phone.close();
    model.close();
  }
}

function startBridge({ bridge, bridgeCores: cores, profileFolder }: LoadOptions, url: string): ChildProcess {
  const [file, ...settings] = bridge.split(':');
  const command = [
    process.execPath,
    ...(profileFolder === null ? [] : ['--cpu-prof', '--cpu-prof-dir', profileFolder]),
    '--expose-gc',
    '--conditions=bargein-source',
    fileURLToPath(new URL(`bridges/${file}.ts`, import.meta.url)),
    url,
    ...settings,
  ];
  const [program = '', ...args] = cores === null ? command : ['taskset', '--cpu-list', cores, ...command];
  return spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
}

async function report<T extends BridgeReport['type']>(
  child: ChildProcess,
  type: T,
): Promise<Extract<BridgeReport, { type: T }>> {
  const { promise, resolve, reject } = Promise.withResolvers<Extract<BridgeReport, { type: T }>>();
  const onExit = (): void => reject(new Error('the bridge has ended'));
  child.once('exit', onExit);
  child.once('message', (message: BridgeReport) => {
    child.off('exit', onExit);
    if (message.type === type) resolve(message as Extract<BridgeReport, { type: T }>);
    else reject(new Error(`the bridge said ${message.type} instead of ${type}`));
  });
  return promise;
}

function ask<T extends BridgeReport['type']>(
  child: ChildProcess,
  command: BridgeCommand,
  type: T,
): Promise<Extract<BridgeReport, { type: T }>> {
  const answer = report(child, type);
  child.send(command);
  return answer;
}
