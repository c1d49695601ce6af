import { describe, expect, it, vi } from 'vitest';
import { EventEmitter } from '../../src/emitter.ts';
import { describeEmitter, type Events } from './contract.ts';

describeEmitter('our own', EventEmitter);

describe('our own emitter', () => {
  it('warns once of too many listeners, and again after they were removed', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const emitter = new EventEmitter<Events>();
    emitter.setMaxListeners(2);
    for (let count = 0; count < 4; count++) emitter.on('pong', () => {});
    expect(warn).toHaveBeenCalledOnce();
    expect(warn.mock.calls[0]?.[0]).toContain('3 pong listeners added to EventEmitter');
    emitter.removeAllListeners('pong');
    for (let count = 0; count < 4; count++) emitter.on('pong', () => {});
    expect(warn).toHaveBeenCalledTimes(2);
    emitter.setMaxListeners(0);
    for (let count = 0; count < 20; count++) emitter.on('end', () => {});
    expect(warn).toHaveBeenCalledTimes(2);
    vi.restoreAllMocks();
  });

  it('pauses a source that is read too slowly and resumes it', async () => {
    const emitter = new EventEmitter<Events>();
    const flow: string[] = [];
    Object.assign(emitter, { pause: () => flow.push('pause'), resume: () => flow.push('resume') });
    const iterator = EventEmitter.on(emitter, 'pong', { highWaterMark: 2, lowWaterMark: 1 });
    for (let count = 0; count < 3; count++) emitter.emit('pong');
    expect(flow).toEqual(['pause']);
    for (let count = 0; count < 3; count++) await iterator.next();
    expect(flow).toEqual(['pause', 'resume']);
    await iterator.return?.();
  });

  it('says that it cannot list the listeners of an EventTarget', () => {
    expect(() => EventEmitter.getEventListeners(new EventTarget(), 'ping')).toThrow(TypeError);
  });
});
