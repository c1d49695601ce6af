// Calls by this package's gateway, in as many workers as the second argument says: `gateway:2`.
import { createGateway } from '../../../src/server/gateway/gateway.ts';
import { MEDIA_PATH } from '../load-protocol.ts';
import { obey } from './serve-bridge.ts';

const [, , modelUrl = '', workers = '1'] = process.argv;
// The workers have the environment of the thread that starts them.
process.env['BARGEIN_BENCH_MODEL_URL'] = modelUrl;
const gateway = createGateway({
  onCall: new URL('gateway-calls.ts', import.meta.url),
  workers: Number(workers),
  authToken: null,
  streamPath: MEDIA_PATH,
  // What is refused is not measured.
  admission: { maxLoopDelayMs: 60_000, maxCpuShare: 100 },
});
const { port } = await gateway.listen();
obey(port);
