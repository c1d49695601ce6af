import { z } from 'zod';

/** The tool that the local server's callers ask for, which writes down the days it was asked for. */
export function roomTool(days: string[]) {
  return {
    name: 'hold_room',
    description: 'Holds a room.',
    parameters: z.object({ day: z.string() }),
    execute: ({ day }: { day: string }) => {
      days.push(day);
      return `Held for ${day}.`;
    },
  };
}
