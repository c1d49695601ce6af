// Callers whose gateways die: each call is begun on one process of a fleet, which is killed, and comes back on the next one.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createClient } from 'redis';
import { WebSocket } from 'ws';
import { systemClock } from '../../../src/clock.ts';
import { createRealtimeServer, type RealtimeServer } from '../../../src/server/index.ts';
import { PhoneSimulator, wireOver } from '../../../src/testing/index.ts';
import { toneVoice } from '../scripted-client.ts';
import type { OwnerReport } from './owner.ts';

/** What became of one call. */
export interface CallRecord {
  readonly callId: string;
  /** Of the process that died: what its journal was known to hold. */
  readonly safeItemIds: readonly string[];
  readonly safeAgentName: string | null;
  /** Of the successor; null if it took nothing over. */
  readonly takenItemIds: readonly string[] | null;
  readonly takenAgentName: string | null;
  /** From the return of the caller's line to the first audio of theirs at the model, in ms. */
  readonly silentMs: number;
  /** Where that time went; null if nothing was taken over. */
  readonly returnMs: Readonly<Record<'line' | 'start' | 'journal' | 'model' | 'audio', number>> | null;
  /** How often each order was carried out. */
  readonly orders: readonly number[];
}

interface Owner {
  readonly process: ChildProcess;
  readonly url: string;
  readonly reports: OwnerReport[];
}

interface Return {
  /** In ms since 1970. */
  readonly sinceMs: number;
  readonly silentMs: number;
  readonly line: PhoneSimulator;
}

/** A model, a fleet of one process after the other, and callers. */
export class Crowd {
  readonly #redisUrl: string;
  readonly #model: RealtimeServer;
  readonly #modelUrl: string;
  /** The call that a session of the model belongs to, and when it first heard the caller. */
  readonly #sessions = new Map<string, string>();
  readonly #firstAudio = new Map<string, () => void>();
  readonly #owners: Owner[] = [];
  /** The one that has outlived the others. */
  #newest: Owner | null = null;

  static async gather(redisUrl: string): Promise<Crowd> {
    const order = { replies: [[{ call: 'order', arguments: {} }], [{ say: 'It is ordered, and will be with you.' }]] };
    let crowd: Crowd | null = null;
    const model = createRealtimeServer({
      scenario: { turns: [order, order, order, order] },
      voice: toneVoice,
      onEvent: (direction, event, _atMs, { sessionId }) => {
        if (direction === 'in' && crowd !== null) crowd.#onEvent(sessionId, event);
      },
    });
    crowd = new Crowd(redisUrl, model, (await model.listen({ port: 0 })).url);
    return crowd;
  }

  private constructor(redisUrl: string, model: RealtimeServer, modelUrl: string) {
    this.#redisUrl = redisUrl;
    this.#model = model;
    this.#modelUrl = modelUrl;
  }

  /** So many calls at a time; the process that has them is killed after `killAfterMs`. */
  async kill(callIds: readonly string[], killAfterMs: number): Promise<readonly CallRecord[]> {
    const [owner, successor] = await Promise.all([this.#newest ?? this.#start(), this.#start()]);
    this.#newest = successor;
    const first = callIds.map((callId) => phone(owner.url, callId));
    await Promise.all(first.map(({ socket }) => once(socket, 'open')));
    await this.#elapsed(killAfterMs);
    const dropped = Promise.all(first.map(({ socket }) => once(socket, 'close')));
    owner.process.kill('SIGKILL');
    await dropped;
    const back = await Promise.all(callIds.map((callId) => this.#comeBack(successor, callId)));
    const records = await Promise.all(
      callIds.map(async (callId, index): Promise<CallRecord> => {
        const safe = owner.reports.findLast((report) => report.type === 'safe' && report.callId === callId);
        const taken = successor.reports.find((report) => report.type === 'taken' && report.callId === callId);
        return {
          callId,
          safeItemIds: safe?.type === 'safe' ? safe.itemIds : [],
          safeAgentName: safe?.type === 'safe' ? safe.agentName : null,
          takenItemIds: taken?.type === 'taken' ? taken.itemIds : null,
          takenAgentName: taken?.type === 'taken' ? taken.agentName : null,
          silentMs: back[index]?.silentMs ?? Number.NaN,
          orders: await this.#orders(callId),
          returnMs: this.#returnOf(successor, callId, back[index]),
        };
      }),
    );
    for (const { line } of back) line.hangUp();
    return records;
  }

  async disperse(): Promise<void> {
    for (const { process } of this.#owners) process.kill('SIGKILL');
    await this.#model.close();
  }

  async #start(): Promise<Owner> {
    const args = [this.#redisUrl, this.#modelUrl, `node-${this.#owners.length}-${Math.random()}`];
    const child = fork(new URL('./owner.ts', import.meta.url), args, { execArgv: ['--conditions=bargein-source'] });
    const reports: OwnerReport[] = [];
    const url = await new Promise<string>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`a process of the fleet ended with ${code}`)));
      child.on('message', (report: OwnerReport) => {
        reports.push(report);
        if (report.type === 'listening') resolve(report.url);
      });
    });
    const owner = { process: child, url, reports };
    this.#owners.push(owner);
    return owner;
  }

  async #comeBack(successor: Owner, callId: string): Promise<Return> {
    const isHeard = new Promise<void>((resolve) => this.#firstAudio.set(callId, resolve));
    const sinceMs = performance.now();
    const { line } = phone(successor.url, callId);
    await isHeard;
    return { sinceMs: performance.timeOrigin + sinceMs, silentMs: performance.now() - sinceMs, line };
  }

  #returnOf(successor: Owner, callId: string, back: Return | undefined): CallRecord['returnMs'] {
    const report = successor.reports.find((candidate) => candidate.type === 'continued' && candidate.callId === callId);
    if (report?.type !== 'continued' || back === undefined) return null;
    const { lineMs, startMs, takenMs, connectedMs } = report.steps;
    return {
      line: lineMs - back.sinceMs,
      start: startMs - lineMs,
      journal: takenMs - startMs,
      model: connectedMs - takenMs,
      audio: back.sinceMs + back.silentMs - connectedMs,
    };
  }

  #onEvent(sessionId: string, event: { readonly type: string; readonly [key: string]: unknown }): void {
    if (event.type === 'session.update') {
      const callId = /CA\w+/.exec(JSON.stringify(event))?.[0];
      if (callId !== undefined) this.#sessions.set(sessionId, callId);
    }
    if (event.type !== 'input_audio_buffer.append') return;
    const callId = this.#sessions.get(sessionId) ?? '';
    this.#firstAudio.get(callId)?.();
    this.#firstAudio.delete(callId);
  }

  #elapsed(delayMs: number): Promise<void> {
    return new Promise((resolve) => systemClock.schedule(delayMs, resolve));
  }

  async #orders(callId: string): Promise<readonly number[]> {
    const client = createClient({ url: this.#redisUrl });
    await client.connect();
    const keys = await client.keys(`effect:${callId}:*`);
    const counts = await Promise.all(keys.map(async (key) => Number(await client.get(key))));
    client.destroy();
    return counts;
  }
}

function phone(url: string, callSid: string): { socket: WebSocket; line: PhoneSimulator } {
  const socket = new WebSocket(url);
  socket.on('error', () => {});
  const line = new PhoneSimulator({ clock: systemClock, wire: wireOver(socket), callSid });
  line.start();
  return { socket, line };
}
