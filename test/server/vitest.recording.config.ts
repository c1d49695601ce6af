import { defineConfig } from 'vitest/config';

// The tests of the server, and those that hold calls over each transport, once more with a recorder on every server they
// make; see `recorded-traffic.test.ts`.
const conditions = ['bargein-source', 'module', 'node', 'development|production'];

export default defineConfig({
  root: new URL('../..', import.meta.url).pathname,
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: [
      'test/server/**/*.test.ts',
      'test/transports/scenario.test.ts',
      'test/transports/sip.test.ts',
      'test/transports/telephony/phone-call.test.ts',
      'test/node/phone-over-sockets.test.ts',
      'test/realtime-session/reconnect.test.ts',
    ],
    // A gateway's calls are made of the transport and the session whose telephone calls are recorded here anyway; its tests
    // would be run twice for events that are there already.
    exclude: ['test/server/recorded-traffic.test.ts', 'test/server/gateway/**'],
    setupFiles: ['test/server/traffic-recorder.ts'],
  },
});
