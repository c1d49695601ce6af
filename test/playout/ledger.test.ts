import { beforeEach, describe, expect, it } from 'vitest';
import { PlayoutLedger, type Stretch } from '../../src/playout/ledger.ts';
import { describePosition, packet, Recorder } from './recorder.ts';

let ledger: PlayoutLedger;
let recorder: Recorder;
let newestHandle: number;

beforeEach(() => {
  ledger = new PlayoutLedger();
  recorder = new Recorder();
  ledger.listener = recorder;
  newestHandle = 0;
});

/** Receives a packet as a sink does: a new stretch gets the next handle. */
function receive(itemId: string, frames: number, responseId?: string): Stretch {
  const stretch = ledger.receive(packet(itemId, frames, 1, responseId));
  if (stretch === null) throw new Error(`${itemId} was refused`);
  if (stretch.handle === 0) stretch.handle = ++newestHandle;
  return stretch;
}

/** What the listener is told now. */
function told(): string[] {
  ledger.deliver();
  return recorder.take();
}

function positions(): string[] {
  return ledger.positions().map(describePosition);
}

describe('PlayoutLedger', () => {
  it('adds the packets of an item up in one stretch, until another item comes in between', () => {
    const first = receive('a', 100);
    expect(receive('a', 50)).toBe(first);
    expect(receive('b', 10)).not.toBe(first);
    const second = receive('a', 7);
    expect(second).not.toBe(first);
    expect([first.receivedFrames, second.receivedFrames]).toEqual([150, 7]);
    expect(positions()).toEqual(['a 0/157', 'b 0/10']);
  });

  it('takes the progress of a stretch as the end of all before it', () => {
    receive('a', 100);
    receive('b', 50);
    ledger.end('b', 0);
    const last = receive('a', 30);
    ledger.end('a', 0);
    ledger.rendered(last.handle, 10);
    expect(told()).toEqual(['started a', 'started b', 'done b 50/50']);
    expect(positions()).toEqual(['a 110/130']);
    ledger.rendered(last.handle, 30);
    expect(told()).toEqual(['done a 130/130']);
  });

  it('never moves a position back or past what was received', () => {
    const { handle } = receive('a', 100);
    ledger.rendered(handle, 60);
    ledger.rendered(handle, 40);
    expect(positions()).toEqual(['a 60/100']);
    ledger.rendered(handle, 1000);
    expect(positions()).toEqual(['a 100/100']);
    ledger.renderedItem('a', 0, 5, 24);
    expect(positions()).toEqual(['a 100/100']);
  });

  it('leaves alone what the sink does not hold yet', () => {
    const { handle } = receive('a', 100);
    ledger.receive(packet('b', 100));
    ledger.rendered(handle + 5, 100);
    expect(positions()).toEqual(['a 100/100', 'b 0/100']);
    expect(ledger.front?.handle).toBe(0);
  });

  it('keeps the parts of an item apart', () => {
    const { handle } = receive('a', 100);
    const other = ledger.receive({ ...packet('a', 20), contentIndex: 1 });
    expect(other?.receivedFrames).toBe(20);
    ledger.end('a', 0);
    ledger.rendered(handle, 100);
    expect(told()).toEqual(['started a', 'done a 100/100']);
    expect(positions()).toEqual(['a 100/100', 'a 0/20']);
  });

  it('refuses what an interrupt cancelled by item or by response, and counts it', () => {
    const { handle } = receive('a', 100, 'r1');
    receive('b', 100, 'r2');
    ledger.rendered(handle, 100);
    ledger.cancel('i1');
    expect(ledger.receive(packet('a', 3, 1, 'r9'))).toBeNull();
    expect(ledger.receive(packet('c', 4, 1, 'r2'))).toBeNull();
    expect(ledger.refusedFrames).toBe(7);
    expect(ledger.end('a', 0)).toBeNull();
    expect(receive('d', 5, 'r3').receivedFrames).toBe(5);
  });

  it('answers each interrupt with what it cancelled, in order, when all of it has stopped', () => {
    const { handle } = receive('a', 100);
    ledger.rendered(handle, 30);
    expect(ledger.cancel('i1')).toBe(true);
    receive('b', 50);
    expect(ledger.cancel('i2')).toBe(true);
    ledger.stopped(handle, 45);
    expect(told()).toEqual(['started a']);
    ledger.report();
    expect(told()).toEqual(['report i1: a 45/100', 'report i2: b 0/50']);
    expect(ledger.cancel('i3')).toBe(false);
  });

  it('counts on from where an item was done when more of it arrives', () => {
    ledger.rendered(receive('a', 100).handle, 100);
    ledger.end('a', 0);
    ledger.rendered(receive('b', 10).handle, 10);
    ledger.end('b', 0);
    const again = receive('a', 50);
    expect(again.receivedFrames).toBe(50);
    ledger.rendered(again.handle, 20);
    expect(positions()).toEqual(['a 120/150']);
    ledger.rendered(again.handle, 50);
    ledger.end('a', 0);
    expect(told()).toEqual(['started a', 'done a 100/100', 'started b', 'done b 10/10', 'done a 150/150']);
  });

  it('remembers 512 items that are done, and not more', () => {
    for (let i = 0; i <= 512; i++) {
      ledger.rendered(receive(`item ${i}`, 10).handle, 10);
      ledger.end(`item ${i}`, 0);
    }
    told();
    ledger.rendered(receive('item 1', 5).handle, 1);
    expect(positions()).toEqual(['item 1 11/15']);
    receive('item 0', 5);
    expect(positions()).toEqual(['item 1 11/15', 'item 0 0/5']);
  });

  it('takes a report within its resolution for the end, whichever of report and end comes first', () => {
    receive('a', 2410);
    ledger.end('a', 0);
    expect(ledger.renderedItem('a', 0, 2400, 24)).toBe(true);
    expect(told()).toEqual(['started a', 'done a 2410/2410']);
    receive('b', 2410);
    expect(ledger.renderedItem('b', 0, 2400, 24)).toBe(true);
    expect(told()).toEqual(['started b']);
    ledger.end('b', 0);
    expect(told()).toEqual(['done b 2410/2410']);
    expect(ledger.renderedItem('b', 0, 2410, 24)).toBe(false);
  });

  it('does not end an item early whose frames are counted', () => {
    ledger.rendered(receive('a', 100).handle, 99);
    ledger.end('a', 0);
    expect(told()).toEqual(['started a']);
    expect(positions()).toEqual(['a 99/100']);
  });

  it('tells events with the positions of their time, in order, also those that come about meanwhile', () => {
    const inside: string[] = [];
    ledger.listener = {
      onStarted: (position) => {
        recorder.onStarted(position);
        inside.push(...positions());
        ledger.cancel('i1');
        ledger.report();
        ledger.deliver();
      },
      onDone: (position) => recorder.onDone(position),
      onReport: (report) => recorder.onReport(report),
    };
    ledger.rendered(receive('a', 10).handle, 10);
    ledger.end('a', 0);
    receive('b', 20);
    expect(told()).toEqual(['started a', 'done a 10/10', 'report i1: b 0/20']);
    expect(inside).toEqual(['a 10/10', 'b 0/20']);
  });

  it('throws the first error of a listener after the last event, and is whole again afterwards', () => {
    ledger.listener = {
      onStarted: ({ itemId }) => {
        throw new Error(`start of ${itemId}`);
      },
      onDone: (position) => recorder.onDone(position),
      onReport: (report) => recorder.onReport(report),
    };
    receive('a', 10);
    ledger.end('a', 0);
    ledger.rendered(receive('b', 20).handle, 5);
    expect(() => ledger.deliver()).toThrow('start of a');
    expect(recorder.take()).toEqual(['done a 10/10']);
    ledger.cancel('i1');
    ledger.report();
    expect(told()).toEqual(['report i1: b 5/20']);
  });

  it('reports up to the interrupt that a late answer is for, and keeps the ones after it waiting', () => {
    const first = receive('a', 10);
    ledger.cancel('i1');
    receive('b', 20);
    ledger.cancel('i2');
    const third = receive('c', 30);
    ledger.cancel('i3');
    ledger.stopped(first.handle, 5);
    ledger.report('i2');
    expect(told()).toEqual(['started a', 'report i1: a 5/10', 'report i2: b 0/20']);
    ledger.report('i2');
    expect(told()).toEqual([]);
    ledger.stopped(third.handle, 7);
    ledger.report('i3');
    expect(told()).toEqual(['started c', 'report i3: c 7/30']);
  });
});
