import { RealtimeAgent, tool } from '../../index.ts';

const bookTable = tool({
  name: 'book_table',
  description: 'Books a table at the restaurant.',
  parameters: {
    type: 'object',
    properties: { guests: { type: 'number', description: 'How many people come' } },
    required: ['guests'],
    additionalProperties: false,
  },
  needsApproval: true,
  execute: async () => 'A table by the window is booked.',
});

const tellTime = tool({
  name: 'tell_time',
  description: 'Tells what time it is.',
  parameters: { type: 'object', properties: {}, required: [], additionalProperties: false },
  execute: async () => new Date().toLocaleTimeString('en', { hour: 'numeric', minute: '2-digit' }),
});

/** Whom the console talks to: one tool that runs at once, and one that asks first. */
export const deskAgent: RealtimeAgent = new RealtimeAgent({
  name: 'Desk',
  instructions: 'You are the desk of a small hotel. Answer in one or two sentences.',
  tools: [bookTable, tellTime],
});
