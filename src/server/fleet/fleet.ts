// One process of a fleet: the calls that it has, and what supervisors want of them. Redis knows who has which call; what
// happened in it is in its journal.

import { hostname } from 'node:os';
import { type Clock, systemClock, type Timer } from '../../clock.ts';
import { logger } from '../../logger.ts';
import { RealtimeSession } from '../../realtime-session.ts';
import type { RealtimeResumeOptions } from '../../session-options.ts';
import type { JournalEntry } from '../../session/journal.ts';
import type { JournalError, JournalLease } from '../journals/journal-store.ts';
import { type JournalGap, LiveJournal, UNLEASED } from '../journals/live-journal.ts';
import { RedisJournals } from '../journals/redis-journals.ts';
import { DEFAULT_PREFIX } from '../journals/redis-keys.ts';
import { RedisLink } from '../journals/redis-link.ts';
import { ServerError } from '../server-error.ts';
import { type FleetCommand, obey } from './fleet-command.ts';
import { FleetKeys } from './fleet-keys.ts';
import { CommandReader } from './command-reader.ts';
import { ADMIT, KEEP, LEAVE } from './fleet-scripts.ts';
import { rehearse } from './rehearsal.ts';

const DEFAULT_LEASE_MS = 15_000;
const UNLIMITED = 1e9;

/** Options of `joinFleet`. */
export interface FleetOptions {
  /** Of the Redis server: `redis://127.0.0.1:6379`. */
  readonly url: string;
  /** What every key begins with; default `bargein:`. */
  readonly prefix?: string;
  /** Name of this process; must be its own. Default: host and process id. */
  readonly node?: string;
  /** Calls in the whole fleet; default: no limit. */
  readonly maxCalls?: number;
  /** Calls of this process; default: no limit. */
  readonly maxCallsPerNode?: number;
  /** How long a call stays with a process that has died, for those who look; default 15,000 ms. A caller's return moves it at once. */
  readonly leaseMs?: number;
  /** A supervisor wants this process to end its work: `gateway.drain()`, for instance. */
  readonly onDrain?: () => void;
}

/** A call to take: who may be in charge of it, and the options of its session. */
export interface FleetCallOptions<TContext> extends Omit<RealtimeResumeOptions<TContext>, 'journal'> {
  /** What the call is known by wherever it arrives: Twilio's `callSid`, or the `call_id` of SIP and WebRTC. */
  readonly callId: string;
  /** Another process has taken the call. The session is closed already. */
  readonly onLost?: (error: JournalError) => void;
  /** Redis was away for a time; the journal is whole again. */
  readonly onGap?: (gap: JournalGap) => void;
}

/** A call that this process has. */
export interface FleetCall<TContext> {
  /** Connect it, as any session. */
  readonly session: RealtimeSession<TContext>;
  /** Whether the call began elsewhere. */
  readonly isContinued: boolean;
  /** How long the oldest entry has waited for its journal, in ms. */
  readonly journalLagMs: number;
  /** Everything so far is safe when this resolves, or so many milliseconds have passed. */
  flushed(timeoutMs: number): Promise<void>;
}

/** A process among those that share their calls. */
export interface Fleet {
  readonly node: string;
  /** Whether there is room for a call, in the fleet and here; it then has its place. While Redis is away there is. */
  admit(callId: string): Promise<boolean>;
  /**
   * Takes a call whose line has come here, from whoever had it, and goes on with it from its journal; one that is new
   * begins with the first agent. While Redis is away, every call is new. The call is let go when its session closes.
   */
  takeCall<TContext = unknown>(options: FleetCallOptions<TContext>): Promise<FleetCall<TContext>>;
  /** Lets all calls go, as they are, and leaves. */
  leave(): Promise<void>;
}

/**
 * Joins the processes that share their calls, after a call with a model of its own on 127.0.0.1: the first real one finds its
 * code loaded and compiled. Rejects with `ERR_REDIS_MISSING` and `ERR_REDIS_CONNECT`.
 */
export async function joinFleet(options: FleetOptions): Promise<Fleet> {
  const opened = Promise.all([RedisLink.open(options.url), RedisJournals.open(options)]);
  // A process that can't rehearse is only slow at first.
  await rehearse().catch((error: unknown) => logger.warn('the call before the first one failed', error));
  const [link, store] = await opened;
  const fleet = new RedisFleet(link, store, options);
  await fleet.open();
  return fleet;
}

interface HeldCall {
  readonly journal: LiveJournal;
  readonly obey: (command: FleetCommand) => Promise<void>;
}

class RedisFleet implements Fleet {
  readonly node: string;
  readonly #options: FleetOptions;
  readonly #link: RedisLink;
  readonly #store: RedisJournals;
  readonly #keys: FleetKeys;
  readonly #leaseMs: number;
  readonly #calls = new Map<string, HeldCall>();
  /** Calls that have ended here and are being let go. */
  readonly #ending = new Set<Promise<void>>();
  readonly #clock: Clock = systemClock;
  #reader: CommandReader | null = null;
  #timer: Timer | null = null;

  constructor(link: RedisLink, store: RedisJournals, options: FleetOptions) {
    const { node = `${hostname()}-${process.pid}`, prefix = DEFAULT_PREFIX, leaseMs = DEFAULT_LEASE_MS } = options;
    this.node = node;
    this.#options = options;
    this.#link = link;
    this.#store = store;
    this.#keys = new FleetKeys(prefix);
    this.#leaseMs = leaseMs;
  }

  async open(): Promise<void> {
    this.#reader = await CommandReader.open(this.#link, this.#keys, this.node, (callId, command) =>
      this.#obey(callId, command),
    );
    this.#keepLater();
  }

  async admit(callId: string): Promise<boolean> {
    const { maxCalls = UNLIMITED, maxCallsPerNode = UNLIMITED } = this.#options;
    try {
      const args = [callId, this.node, this.#leaseMs, maxCalls, maxCallsPerNode];
      return (await this.#link.run(ADMIT, this.#keys.registry, args)) === '';
    } catch {
      return true;
    }
  }

  async takeCall<TContext>(options: FleetCallOptions<TContext>): Promise<FleetCall<TContext>> {
    const { callId, onLost, onGap, ...sessionOptions } = options;
    const [lease, entries] = await this.#take(callId);
    const journal = new LiveJournal(this.#store, lease, {
      ttlMs: this.#leaseMs,
      onGap,
      onLost: (error) => {
        session.close();
        onLost?.(error);
      },
    });
    const isContinued = entries.some(({ type }) => type === 'state');
    const [initialAgent] = sessionOptions.agents;
    if (initialAgent === undefined) {
      throw new ServerError('a call needs its agents, the initial one first', { code: 'ERR_FLEET_CALL' });
    }
    const session: RealtimeSession<TContext> = isContinued
      ? RealtimeSession.resume(entries, { ...sessionOptions, journal })
      : new RealtimeSession(initialAgent, { ...sessionOptions, journal });
    const held: HeldCall = { journal, obey: (command) => obey(command, session, sessionOptions.agents) };
    this.#calls.set(callId, held);
    session.on('connection', ({ state }) => {
      if (state === 'disconnected') this.#end(callId, held);
    });
    return {
      session,
      isContinued,
      get journalLagMs() {
        return journal.lagMs;
      },
      flushed: (timeoutMs) => journal.flushed(timeoutMs),
    };
  }

  async leave(): Promise<void> {
    this.#timer?.cancel();
    await this.#reader?.close();
    for (const [callId, held] of this.#calls) this.#end(callId, held);
    await Promise.all(this.#ending);
    await this.#store.close();
    this.#link.close();
  }

  /** The lease and the journal of a call; without Redis one that nobody has given, which is made good later. */
  async #take(callId: string): Promise<[JournalLease, readonly JournalEntry[]]> {
    try {
      const place = [callId, this.node, this.#leaseMs, UNLIMITED, UNLIMITED];
      const [{ lease, entries }] = await Promise.all([
        this.#store.take(callId, { owner: this.node, ttlMs: this.#leaseMs }),
        this.#link.run(ADMIT, this.#keys.registry, place),
      ]);
      return [lease, entries];
    } catch (error) {
      logger.warn(`Redis is away: call ${callId} begins without what may have been before`, error);
    }
    return [{ callId, owner: this.node, token: UNLEASED }, []];
  }

  async #obey(callId: string | null, command: FleetCommand | { readonly type: 'drain' }): Promise<void> {
    if (command.type === 'drain') return this.#options.onDrain?.();
    const held = callId === null ? undefined : this.#calls.get(callId);
    if (held === undefined) {
      throw new ServerError(`${this.node} does not have call ${callId}`, { code: 'ERR_FLEET_COMMAND' });
    }
    await held.obey(command);
  }

  #end(callId: string, held: HeldCall): void {
    const ending = this.#letGo(callId, held).finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  async #letGo(callId: string, held: HeldCall): Promise<void> {
    if (this.#calls.get(callId) !== held) return;
    this.#calls.delete(callId);
    try {
      await held.journal.end(false);
      await this.#link.run(LEAVE, this.#keys.registry, [callId, this.node]);
    } catch (error) {
      logger.warn(`Redis is away: call ${callId} counts as this process's until its lease ends`, error);
    }
  }

  #keepLater(): void {
    this.#timer = this.#clock.schedule(this.#leaseMs / 3, () => {
      this.#keepLater();
      if (this.#calls.size === 0) return;
      const args = [this.node, this.#leaseMs, ...this.#calls.keys()];
      // Redis is away: the next time will do.
      this.#link.run(KEEP, this.#keys.registry, args).catch(() => {});
    });
  }
}
