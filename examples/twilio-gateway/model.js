// A local Realtime server that plays the model, so that nothing leaves this machine. PORT, HOST

import { createRealtimeServer } from 'bargein/server';

const { PORT = '8787', HOST = '127.0.0.1' } = process.env;

const server = createRealtimeServer({
  scenario: {
    turns: [
      {
        replies: [
          [{ call: 'book_table', arguments: { guests: 4 } }],
          [{ say: 'A table for four is booked. Is there anything else?' }],
        ],
      },
      { replies: [[{ say: 'Of course. Goodbye.' }]] },
    ],
  },
});
const { url } = await server.listen({ port: Number(PORT), host: HOST });
console.log(`the model listens on ${url}`);
process.send?.(url);
