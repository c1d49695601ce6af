import { type Clock, systemClock } from '../../clock.ts';
import type { RedisLink, StreamEntry } from '../journals/redis-link.ts';
import type { FleetCommand } from './fleet-command.ts';
import type { FleetKeys } from './fleet-keys.ts';

const MAX_KEPT_COMMANDS = 1000;
const BLOCK_MS = 5000;
const RETRY_MS = 200;
const REPLY_KEPT_S = 60;

/** What a process is told: about a call, or, without one, about itself. */
export type NodeCommand = FleetCommand | { readonly type: 'drain' };

/** Reads what supervisors want of a process, and answers each command when it is carried out. */
export class CommandReader {
  readonly #link: RedisLink;
  readonly #waiting: RedisLink;
  readonly #keys: FleetKeys;
  readonly #node: string;
  readonly #obey: (callId: string | null, command: NodeCommand) => Promise<void>;
  readonly #clock: Clock = systemClock;
  #lastId: string;
  #isClosed = false;
  #ended: Promise<void> = Promise.resolve();
  /** Of commands that are carried out: whoever drains this process is to hear that it does. */
  readonly #replies = new Set<Promise<unknown>>();

  /** Commands from now on. */
  static async open(
    link: RedisLink,
    keys: FleetKeys,
    node: string,
    obey: (callId: string | null, command: NodeCommand) => Promise<void>,
  ): Promise<CommandReader> {
    const trim = { strategy: 'MAXLEN', strategyModifier: '~', threshold: MAX_KEPT_COMMANDS } as const;
    const id = await link.client.xAdd(keys.commands(node), '*', { joined: node }, { TRIM: trim });
    const reader = new CommandReader({ link, waiting: await link.twin(), keys, node, obey, lastId: id ?? '$' });
    reader.#ended = reader.#read();
    return reader;
  }

  private constructor(parts: {
    readonly link: RedisLink;
    readonly waiting: RedisLink;
    readonly keys: FleetKeys;
    readonly node: string;
    readonly obey: (callId: string | null, command: NodeCommand) => Promise<void>;
    readonly lastId: string;
  }) {
    this.#link = parts.link;
    this.#waiting = parts.waiting;
    this.#keys = parts.keys;
    this.#node = parts.node;
    this.#obey = parts.obey;
    this.#lastId = parts.lastId;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#waiting.close();
    await this.#ended;
    await Promise.allSettled(this.#replies);
  }

  async #read(): Promise<void> {
    const key = this.#keys.commands(this.#node);
    while (!this.#isClosed) {
      try {
        for (const { id, message } of await this.#waiting.entriesBehind(key, this.#lastId, BLOCK_MS)) {
          this.#lastId = id;
          // No call waits for a command to another one. Whoever gets no answer, Redis being away, asks again.
          this.#answer(message).catch(() => {});
        }
      } catch {
        if (this.#isClosed) return;
        await new Promise<void>((resolve) => this.#clock.schedule(RETRY_MS, resolve));
      }
    }
  }

  async #answer({ commandId, callId, command }: StreamEntry['message']): Promise<void> {
    if (commandId === undefined || command === undefined) return;
    let reply = 'ok';
    try {
      await this.#obey(callId === undefined || callId === '' ? null : callId, JSON.parse(command) as NodeCommand);
    } catch (error) {
      reply = error instanceof Error ? error.message : String(error);
    }
    const key = this.#keys.reply(commandId);
    const replied = Promise.all([
      this.#link.client.lPush(key, reply),
      this.#link.client.expire(key, REPLY_KEPT_S),
    ]).finally(() => this.#replies.delete(replied));
    this.#replies.add(replied);
    await replied;
  }
}
