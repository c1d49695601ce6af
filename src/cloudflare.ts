// bargein/cloudflare: the transport for Cloudflare Workers.

import '#platform';

export { CloudflareRealtimeTransportLayer } from './transports/cloudflare.ts';
