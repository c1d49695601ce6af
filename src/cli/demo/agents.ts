import { z } from 'zod';
import { RealtimeAgent, type RealtimeOutputGuardrail, tool } from '../../index.ts';
import { SECRET } from './script.ts';

const holdRoom = tool({
  name: 'hold_room',
  description: 'Holds a room for a guest who is on the telephone.',
  parameters: z.object({ day: z.string(), nights: z.number().int().min(1).max(14) }),
  needsApproval: true,
  execute: ({ day, nights }) => `Room 12 is held for ${nights} night(s) from ${day}, until 18:00.`,
});

const restaurant = new RealtimeAgent({
  name: 'Restaurant',
  handoffDescription: 'Tables, menus and opening hours of the restaurant.',
  instructions: 'You answer the telephone of the restaurant. Be brief and friendly.',
});

/** The agent that picks up. */
export const frontDesk: RealtimeAgent = new RealtimeAgent({
  name: 'Front desk',
  instructions: 'You answer the telephone of a small hotel. Be brief and friendly. Hold rooms with hold_room.',
  tools: [holdRoom],
  handoffs: [restaurant],
});

/** Trips on what must never be said; the model is told why and answers again. */
export const keepSecrets: RealtimeOutputGuardrail = {
  name: 'house secrets',
  policyHint: 'Do not give away secrets of the house.',
  execute: async ({ agentOutput }) => ({
    tripwireTriggered: agentOutput.toLowerCase().includes(SECRET),
    outputInfo: { looksFor: SECRET },
  }),
};
