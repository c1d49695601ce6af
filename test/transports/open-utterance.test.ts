import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OpenUtterance } from '../../src/transports/open-utterance.ts';
import { base64PerSecond, type WireFormat } from '../../src/transports/output-audio.ts';

const FORMAT: WireFormat = { type: 'audio/pcmu', sampleRate: 8000 };
const PACKET_CHARACTERS = 216;
const LEAD_CHARACTERS = 0.8 * base64PerSecond(FORMAT);
const MOST_CHARACTERS = 30 * base64PerSecond(FORMAT);

type Action = 'packet' | 'open' | 'close' | 'hold' | 'release';
const actions = fc.array(
  fc.oneof(
    { weight: 40, arbitrary: fc.constant<Action>('packet') },
    { weight: 3, arbitrary: fc.constant<Action>('open') },
    { weight: 2, arbitrary: fc.constant<Action>('close') },
    { weight: 2, arbitrary: fc.constant<Action>('hold') },
    { weight: 2, arbitrary: fc.constant<Action>('release') },
  ),
  { maxLength: 3000, size: 'max' },
);

function packetOf(number: number): string {
  return String(number).padStart(PACKET_CHARACTERS, '0');
}

describe('an open utterance', () => {
  it('hands out, in order and once, the utterance that was open at a loss and all that came after it, bounded', () => {
    fc.assert(
      fc.property(actions, (sequence) => {
        const utterance = new OpenUtterance();
        // The plain way: everything in one list, cut when asked.
        let kept: string[] = [];
        let isOpen = false;
        let isHeld = false;
        let number = 0;
        for (const action of sequence) {
          if (action === 'packet') {
            const packet = packetOf(++number);
            utterance.add(packet, FORMAT);
            kept.push(packet);
            const most = isOpen || isHeld ? MOST_CHARACTERS : LEAD_CHARACTERS;
            while (kept.length * PACKET_CHARACTERS > most) kept.shift();
          } else if (action === 'open') {
            utterance.open();
            isOpen = true;
          } else if (action === 'close') {
            utterance.close();
            [kept, isOpen] = [[], false];
          } else if (action === 'hold') {
            utterance.hold();
            if (!isOpen) kept = [];
            isHeld = true;
          } else {
            const released: string[] = [];
            utterance.release()?.drain((packet) => released.push(packet));
            expect(released).toEqual(isHeld ? kept : []);
            [kept, isOpen, isHeld] = [[], isHeld && isOpen, false];
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});
