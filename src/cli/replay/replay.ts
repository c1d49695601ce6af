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
    const decisions = call.steps.flatMap(({ atMs, input, effects }) =>
      effects.flatMap((effect) => {
        const decided = describeEffect(effect);
        return decided === null ? [] : [{ atMs, cause: input.type, decided }];
      }),
    );
    const counts = compareDecisions(lines, call);
    const items = itemsOf(call.state.history.items).length;
    terminal.record({ session, events: lines.length, decisions, items, counts });

    terminal.line(paint.bold(`${session}: ${lines.length} events`));
    for (const { atMs, cause, decided } of decisions) {
      const time = (atMs / 1000).toFixed(3).padStart(9);
      terminal.line(`${paint.dim(`${time} s  ${cause.padEnd(18)}`)} ${decided}`);
    }
    terminal.line(`history: ${items} items`);
    for (const { type, recorded, replayed } of counts) {
      const verdict = recorded === replayed ? paint.green('as recorded') : paint.red(`recorded were ${recorded}`);
      terminal.line(`${type.padEnd(28)} ${replayed}  ${verdict}`);
      isSame &&= recorded === replayed;
    }
  }
  return isSame;
}
