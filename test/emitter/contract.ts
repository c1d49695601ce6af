// One contract for both emitters: Node's own and ours. What Node does is the rule.

import { afterEach, describe, expect, it, vi } from 'vitest';
import type { EventEmitterConstructor } from '../../src/emitter-surface.ts';
import { captureRejectionSymbol } from '../../src/emitter-surface.ts';

export type Events = { ping: [count: number, word: string]; pong: []; error: [error: unknown]; end: [] };

/** Lets everything that is ready run. */
const settled = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

/** What every emitter here must do; run once an implementation. */
export function describeEmitter(name: string, Emitter: EventEmitterConstructor): void {
  describe(`emitter of ${name}`, () => {
    const made = () => new Emitter<Events>();

    afterEach(() => {
      Emitter.defaultMaxListeners = 10;
      Emitter.captureRejections = false;
      vi.restoreAllMocks();
    });

    it('calls listeners in order, with the arguments and itself as this', () => {
      const emitter = made();
      const calls: unknown[] = [];
      emitter.on('ping', function (this: unknown, ...args) {
        calls.push(['first', this === emitter, ...args]);
      });
      emitter.addListener('ping', (...args) => calls.push(['second', ...args]));
      emitter.prependListener('ping', (...args) => calls.push(['zeroth', ...args]));
      expect(emitter.emit('ping', 1, 'a')).toBe(true);
      expect(calls).toEqual([
        ['zeroth', 1, 'a'],
        ['first', true, 1, 'a'],
        ['second', 1, 'a'],
      ]);
      expect(emitter.emit('pong')).toBe(false);
    });

    it('returns itself from everything that registers or removes', () => {
      const emitter = made();
      const listener = () => {};
      for (const method of [
        'on',
        'addListener',
        'prependListener',
        'once',
        'prependOnceListener',
        'off',
        'removeListener',
      ] as const) {
        expect(emitter[method]('pong', listener)).toBe(emitter);
      }
      expect(emitter.removeAllListeners()).toBe(emitter);
      expect(emitter.setMaxListeners(3)).toBe(emitter);
    });

    it('calls a once listener once, even when it emits again', () => {
      const emitter = made();
      let calls = 0;
      emitter.once('pong', () => {
        calls += 1;
        emitter.emit('pong');
      });
      emitter.prependOnceListener('pong', () => {
        calls += 10;
      });
      emitter.emit('pong');
      emitter.emit('pong');
      expect(calls).toBe(11);
    });

    it('removes the most recent of several equal listeners, and once listeners by their own function', () => {
      const emitter = made();
      const order: string[] = [];
      const twice = () => order.push('twice');
      emitter.on('pong', twice);
      emitter.on('pong', () => order.push('other'));
      emitter.on('pong', twice);
      emitter.off('pong', twice);
      emitter.once('end', twice);
      emitter.off('end', twice);
      emitter.emit('pong');
      expect(order).toEqual(['twice', 'other']);
      expect(emitter.listenerCount('end')).toBe(0);
      expect(emitter.off('end', twice)).toBe(emitter);
    });

    it('finishes an emit with the listeners it began with', () => {
      const emitter = made();
      const calls: string[] = [];
      const late = () => calls.push('late');
      const second = () => calls.push('second');
      emitter.on('pong', () => {
        calls.push('first');
        emitter.off('pong', second);
        emitter.on('pong', late);
      });
      emitter.on('pong', second);
      emitter.emit('pong');
      expect(calls).toEqual(['first', 'second']);
      expect(emitter.listeners('pong')).toContain(late);
    });

    it('lists listeners, raw listeners, counts and names', () => {
      const emitter = made();
      const listener = () => {};
      const sign = Symbol('sign');
      emitter.once('pong', listener);
      emitter.on('pong', listener);
      emitter.on(sign, listener);
      expect(emitter.listeners('pong')).toEqual([listener, listener]);
      const raw = emitter.rawListeners('pong');
      expect(raw[0]).not.toBe(listener);
      expect(Reflect.get(raw[0] ?? {}, 'listener')).toBe(listener);
      expect(raw[1]).toBe(listener);
      expect(emitter.listenerCount('pong')).toBe(2);
      expect(emitter.listenerCount('pong', listener)).toBe(2);
      expect(emitter.listenerCount('pong', () => {})).toBe(0);
      expect(emitter.eventNames()).toEqual(['pong', sign]);
      raw.length = 0;
      expect(emitter.listenerCount('pong')).toBe(2);
    });

    it('tells of listeners before they are added and after they are removed', () => {
      const emitter = made();
      const log: unknown[] = [];
      const listener = () => {};
      emitter.on('newListener', (event, added) => log.push(['new', event, added, emitter.listenerCount('pong')]));
      emitter.on('removeListener', (event, removed) =>
        log.push(['removed', event, removed, emitter.listenerCount('pong')]),
      );
      log.length = 0;
      emitter.once('pong', listener);
      emitter.emit('pong');
      expect(log).toEqual([
        ['new', 'pong', listener, 0],
        ['removed', 'pong', listener, 0],
      ]);
    });

    it('lets a newListener listener get in front', () => {
      const emitter = made();
      const calls: string[] = [];
      emitter.once('newListener', () => {
        emitter.on('pong', () => calls.push('in front'));
      });
      emitter.on('pong', () => calls.push('behind'));
      emitter.emit('pong');
      expect(calls).toEqual(['in front', 'behind']);
    });

    it('removes all listeners of one event or of all, the youngest first, and tells of each', () => {
      const emitter = made();
      const removed: unknown[] = [];
      const [a, b, c] = [() => {}, () => {}, () => {}];
      emitter.on('pong', a).on('pong', b).on('end', c);
      emitter.on('removeListener', (event, listener) => removed.push([event, listener]));
      emitter.removeAllListeners('pong');
      expect(removed).toEqual([
        ['pong', b],
        ['pong', a],
      ]);
      emitter.removeAllListeners();
      expect(removed.at(-1)).toEqual(['end', c]);
      expect(emitter.eventNames()).toEqual([]);
    });

    it('throws an error that nobody listens to', () => {
      const emitter = made();
      const error = new Error('nobody listens');
      expect(() => emitter.emit('error', error)).toThrow(error);
      expect(() => emitter.emit('error', 'text')).toThrow(
        expect.objectContaining({ code: 'ERR_UNHANDLED_ERROR', context: 'text', message: "Unhandled error. ('text')" }),
      );
      const seen: unknown[] = [];
      emitter.on('error', (given) => seen.push(given));
      expect(emitter.emit('error', error)).toBe(true);
      expect(seen).toEqual([error]);
    });

    it('shows errors to monitors first, without handling them', () => {
      const emitter = made();
      const seen: unknown[] = [];
      const error = new Error('monitored');
      emitter.on(Emitter.errorMonitor, (given: unknown) => seen.push(given));
      expect(() => emitter.emit('error', error)).toThrow(error);
      emitter.on('error', () => seen.push('listener'));
      emitter.emit('error', error);
      expect(seen).toEqual([error, error, 'listener']);
    });

    it('lets a throwing listener reach the caller of emit', () => {
      const emitter = made();
      const after = vi.fn();
      emitter.on('pong', () => {
        throw new Error('from a listener');
      });
      emitter.on('pong', after);
      expect(() => emitter.emit('pong')).toThrow('from a listener');
      expect(after).not.toHaveBeenCalled();
    });

    it('turns rejections into error events when it captures them', async () => {
      const emitter = new Emitter<Events>({ captureRejections: true });
      const seen: unknown[] = [];
      const failure = new Error('rejected');
      emitter.on('error', (error) => seen.push(error));
      emitter.on('pong', async () => {
        throw failure;
      });
      emitter.emit('pong');
      expect(seen).toEqual([]);
      await settled();
      expect(seen).toEqual([failure]);
    });

    it('gives captured rejections to its own handler', async () => {
      const seen: unknown[] = [];
      class Handling extends Emitter<Events> {
        override [captureRejectionSymbol](error: Error, event: keyof Events, ...args: unknown[]): void {
          seen.push([error.message, event, ...args]);
        }
      }
      Emitter.captureRejections = true;
      expect(Emitter.captureRejections).toBe(true);
      const emitter = new Handling();
      emitter.on('ping', async () => {
        throw new Error('rejected');
      });
      emitter.emit('ping', 1, 'a');
      await settled();
      expect(seen).toEqual([['rejected', 'ping', 1, 'a']]);
      expect(Emitter.captureRejectionSymbol).toBe(captureRejectionSymbol);
    });

    it('refuses what is no listener, no limit and no boolean', () => {
      const emitter = made();
      const bad = 'no function' as unknown as () => void;
      expect(() => emitter.on('pong', bad)).toThrow(TypeError);
      expect(() => emitter.once('pong', bad)).toThrow(TypeError);
      expect(() => emitter.off('pong', bad)).toThrow(TypeError);
      expect(() => emitter.setMaxListeners(-1)).toThrow(RangeError);
      expect(() => {
        Emitter.defaultMaxListeners = Number.NaN;
      }).toThrow(RangeError);
      expect(() => {
        Emitter.captureRejections = 1 as unknown as boolean;
      }).toThrow(TypeError);
      expect(() => new Emitter({ captureRejections: 'yes' as unknown as boolean })).toThrow(TypeError);
    });

    it('has limits of its own, of its class, and of other objects', () => {
      const emitter = made();
      expect(emitter.getMaxListeners()).toBe(10);
      Emitter.defaultMaxListeners = 3;
      expect(emitter.getMaxListeners()).toBe(3);
      emitter.setMaxListeners(Infinity);
      expect(emitter.getMaxListeners()).toBe(Infinity);
      const target = new EventTarget();
      Emitter.setMaxListeners(7, emitter, target);
      expect(Emitter.getMaxListeners(emitter)).toBe(7);
      expect(Emitter.getMaxListeners(target)).toBe(7);
      Emitter.setMaxListeners(5);
      expect(Emitter.defaultMaxListeners).toBe(5);
      expect(made().getMaxListeners()).toBe(5);
    });

    it('has static counts and lists', () => {
      const emitter = made();
      const listener = () => {};
      emitter.on('pong', listener);
      expect(Emitter.listenerCount(emitter, 'pong')).toBe(1);
      expect(Emitter.getEventListeners(emitter, 'pong')).toEqual([listener]);
    });

    it('waits for one event', async () => {
      const emitter = made();
      const waiting = Emitter.once(emitter, 'ping');
      emitter.emit('ping', 1, 'a');
      await expect(waiting).resolves.toEqual([1, 'a']);
      expect(emitter.eventNames()).toEqual([]);
    });

    it('stops waiting at an error, unless error is what it waits for', async () => {
      const emitter = made();
      const error = new Error('instead');
      const waiting = Emitter.once(emitter, 'ping');
      emitter.emit('error', error);
      await expect(waiting).rejects.toBe(error);
      const waitingForError = Emitter.once(emitter, 'error');
      emitter.emit('error', error);
      await expect(waitingForError).resolves.toEqual([error]);
      expect(emitter.eventNames()).toEqual([]);
    });

    it('stops waiting at an abort', async () => {
      const emitter = made();
      const controller = new AbortController();
      const waiting = Emitter.once(emitter, 'ping', { signal: controller.signal });
      controller.abort();
      await expect(waiting).rejects.toMatchObject({ name: 'AbortError', code: 'ABORT_ERR' });
      await expect(Emitter.once(emitter, 'ping', { signal: controller.signal })).rejects.toMatchObject({
        name: 'AbortError',
      });
      expect(emitter.eventNames()).toEqual([]);
    });

    it('waits for one event of an EventTarget', async () => {
      const target = new EventTarget();
      const waiting = Emitter.once(target, 'ping');
      const event = new Event('ping');
      target.dispatchEvent(event);
      await expect(waiting).resolves.toEqual([event]);
    });

    it('iterates over events until one that closes', async () => {
      const emitter = made();
      const seen: unknown[] = [];
      const iterator = Emitter.on(emitter, 'ping', { close: ['end'] });
      emitter.emit('ping', 1, 'a');
      emitter.emit('ping', 2, 'b');
      const done = (async () => {
        for await (const args of iterator) seen.push(args);
      })();
      await settled();
      emitter.emit('ping', 3, 'c');
      await settled();
      emitter.emit('end');
      await done;
      expect(seen).toEqual([
        [1, 'a'],
        [2, 'b'],
        [3, 'c'],
      ]);
      expect(emitter.eventNames()).toEqual([]);
    });

    it('delivers what came before an error, then throws it', async () => {
      const emitter = made();
      const iterator = Emitter.on(emitter, 'ping');
      const error = new Error('in the middle');
      emitter.emit('ping', 1, 'a');
      emitter.emit('error', error);
      await expect(iterator.next()).resolves.toEqual({ value: [1, 'a'], done: false });
      await expect(iterator.next()).rejects.toBe(error);
      await expect(iterator.next()).resolves.toMatchObject({ done: true });
      expect(emitter.eventNames()).toEqual([]);
    });

    it('ends an iteration at an abort, a break and a return', async () => {
      const emitter = made();
      const controller = new AbortController();
      const aborted = Emitter.on(emitter, 'ping', { signal: controller.signal }).next();
      controller.abort();
      await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
      expect(() => Emitter.on(emitter, 'ping', { signal: controller.signal })).toThrow(
        expect.objectContaining({ name: 'AbortError' }),
      );
      const iterator = Emitter.on(emitter, 'ping');
      emitter.emit('ping', 1, 'a');
      for await (const args of iterator) {
        expect(args).toEqual([1, 'a']);
        break;
      }
      await expect(iterator.next()).resolves.toMatchObject({ done: true });
      expect(emitter.eventNames()).toEqual([]);
    });

    it('listens to aborts until disposed of', async () => {
      const calls: string[] = [];
      const controller = new AbortController();
      Emitter.addAbortListener(controller.signal, () => calls.push('heard'));
      const disposed = Emitter.addAbortListener(controller.signal, () => calls.push('disposed'));
      disposed[Symbol.dispose]();
      controller.abort();
      Emitter.addAbortListener(controller.signal, () => calls.push('aborted before'));
      await settled();
      expect(calls).toEqual(['heard', 'aborted before']);
    });

    it('makes subclasses that are instances of it', () => {
      class Sub extends Emitter<Events> {
        readonly word = 'sub';
      }
      const sub = new Sub();
      const seen: number[] = [];
      sub.on('ping', (count) => seen.push(count));
      sub.emit('ping', 4, 'x');
      expect(seen).toEqual([4]);
      expect(sub).toBeInstanceOf(Emitter);
      expect(sub.word).toBe('sub');
    });
  });
}
