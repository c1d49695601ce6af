import { itemsOf } from '../../session/item-list.ts';
import { paint, type Terminal } from '../terminal.ts';
import { compareDecisions, describeEffect } from './decisions.ts';
import { replayCall } from './replayed-call.ts';
import { readWireFile } from './wire-file.ts';

/** Replays a wire log through the session core and prints what it decides; false if it decides otherwise than was recorded. */
export function replay(path: string, terminal: Terminal): boolean {
  let isSame = true;
  for (const [session, lines] of readWireFile(path)) {
    const call = replayCall(lines);
    terminal.line(paint.bold(`${session}: ${lines.length} events`));
    for (const { atMs, input, effects } of call.steps) {
      for (const effect of effects) {
        const text = describeEffect(effect);
        const time = (atMs / 1000).toFixed(3).padStart(9);
        if (text !== null) terminal.line(`${paint.dim(`${time} s  ${input.type.padEnd(18)}`)} ${text}`);
      }
    }
    terminal.line(`history: ${itemsOf(call.state.history.items).length} items`);
    for (const { type, recorded, replayed } of compareDecisions(lines, call)) {
      const verdict = recorded === replayed ? paint.green('as recorded') : paint.red(`recorded were ${recorded}`);
      terminal.line(`${type.padEnd(28)} ${replayed}  ${verdict}`);
      isSame &&= recorded === replayed;
    }
  }
  return isSame;
}
