// Text for terminals of a hundred columns.
import { stripVTControlCharacters } from 'node:util';

const LINE_CHARACTERS = 100;
const GAP = '  ';

/** A row of cells; the first one names the row. */
export type Row = readonly string[];

/**
 * Rows as lines, each column as wide as its widest cell. Columns that do not fit beside the others follow below them, with
 * the first column again.
 */
export function tableLines(rows: readonly Row[], indent = ''): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, shownLength(cell));
  }
  const [nameWidth = 0, ...others] = widths;
  const nameEnd = indent.length + nameWidth;
  const blocks: number[][] = [[]];
  let end = nameEnd;
  for (const [i, width] of others.entries()) {
    end += GAP.length + width;
    if (end > LINE_CHARACTERS && blocks.at(-1)?.length !== 0) {
      blocks.push([]);
      end = nameEnd + GAP.length + width;
    }
    blocks.at(-1)?.push(i + 1);
  }
  return blocks.flatMap((columns) =>
    rows.map((row) => {
      const cells = [0, ...columns].map((column) => padded(row[column] ?? '', widths[column] ?? 0));
      return `${indent}${cells.join(GAP)}`.trimEnd();
    }),
  );
}

/** A text on as many lines as its words need. */
export function wrappedLines(text: string, indent = ''): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && indent.length + shownLength(longer) > LINE_CHARACTERS) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, line].map((words) => indent + words);
}

function padded(cell: string, width: number): string {
  return cell + ' '.repeat(width - shownLength(cell));
}

/** Colours take no room. */
function shownLength(text: string): number {
  return stripVTControlCharacters(text).length;
}
