import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { timelineSvg } from '../demo/timeline.ts';
import { chromeTrace } from '../demo/trace.ts';
import type { Terminal } from '../terminal.ts';
import { readWireFile } from './wire-file.ts';
import { wireCallRecord } from './wire-record.ts';

/** Draws each session of a wire log: a trace for Perfetto and a timeline as SVG. */
export function trace(path: string, folder: string, terminal: Terminal): void {
  mkdirSync(folder, { recursive: true });
  for (const [session, lines] of readWireFile(path)) {
    const record = wireCallRecord(lines);
    const name = session.replaceAll(/[^\w-]/g, '_');
    const files = { svg: join(folder, `${name}.svg`), json: join(folder, `${name}.trace.json`) };
    writeFileSync(files.svg, timelineSvg(record));
    writeFileSync(files.json, chromeTrace(record));
    terminal.record({ session, timeline: files.svg, trace: files.json });
    terminal.line(`${files.svg}   the call as a picture`);
    terminal.line(`${files.json}   open it in https://ui.perfetto.dev`);
  }
}
